"""The rules that decide what a message adds to the tables, written anew from their description, with none of the project's code.

Where Python's JSON is not JSON (NaN and Infinity, whole numbers of any size, a limit of nesting) JSON as JavaScript reads
it decides: numbers are doubles (but above 2^53, where those that no double is stay what they are), of a key that stands
twice the last one counts, nesting has no limit.
"""

import json
import math
import re
import secrets
import sys
from datetime import date, timedelta
from fractions import Fraction

COUNTS = ["correct", "incorrect", "incomplete", "unanswered", "submitted", "total"]
DATE = re.compile(r"(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d)|-?W(\d\d)-?(\d)|-?(\d{3}))", re.ASCII)
TIME = re.compile(r"(\d\d)(?::(\d\d)(?::(\d\d))?|(\d\d)(\d\d)?)?(?:[.,](\d+))?", re.ASCII)
OFFSET = re.compile(r"Z|([-+\u2212])(\d\d)(?::?(\d\d))?", re.ASCII)
SECONDS = re.compile(r"(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?", re.ASCII)
FIRST_MS, END_MS = -62_135_596_800_000, 253_402_300_800_000  # the years 0001 to 9999
EXACT = secrets.token_hex()  # a key that no event has
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
TOKEN = re.compile(
    r'[ \t\n\r]*([{}\[\],:]|"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)"
)


class NoJson(Exception):
    pass


class Exact:
    """A number above 2^53 that no double is: its digits and its power of ten, the same however it is written."""

    def __init__(self, text):
        self.decimal = "%s%se%d" % decimal(text)


NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", re.ASCII)


def decimal(text):
    """Sign, digits without zeros at either end, power of ten."""
    sign, whole, fraction, power = NUMBER.fullmatch(text).groups()
    digits = (whole + (fraction or "")).lstrip("0")
    kept = digits.rstrip("0")
    return sign, kept, int(power or "0") - len(fraction or "") + len(digits) - len(kept)


def number(text):
    value = float(text) + 0.0  # -0 is 0
    if abs(value) < 2**53 or (math.isfinite(value) and decimal(text) == decimal(repr(value))):
        return value
    return Exact(text)


def refuse(text):
    raise NoJson(text)


def decode(text):
    """The value of a JSON text, a byte order mark before it passed over; NoJson where it is none."""
    text = text.removeprefix("\ufeff")
    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise NoJson(str(error)) from None
    except RecursionError:
        return decode_deep(text)


def decode_deep(text):
    """As decode, without recursion: each open bracket is an element of `stack`."""
    at, stack, root = 0, [], []
    target, key, expected = root, None, "value"
    while True:
        match = TOKEN.match(text, at)
        if not match:
            if text[at:].strip(" \t\n\r") == "" and not stack and expected == "end":
                return root[0]
            raise NoJson(text[at : at + 20])
        at, token = match.end(), match[1]
        if token in ("]", "}") and expected in ("comma", "first" if token == "]" else "first key"):
            if isinstance(target, list) != (token == "]") or not stack:
                raise NoJson(token)
            target = stack.pop()
            expected = "comma" if stack else "end"
        elif token == "," and expected == "comma":
            expected = "value" if isinstance(target, list) else "key"
        elif token == ":" and expected == "colon":
            expected = "value"
        elif token[0] == '"' and expected in ("key", "first key"):
            key, expected = json.loads(token), "colon"
        elif token not in ("]", "}", ",", ":") and expected in ("value", "first"):
            value = [] if token == "[" else {} if token == "{" else decode_scalar(token)
            if isinstance(target, list):
                target.append(value)
            else:
                target[key] = value
            expected = "comma" if stack else "end"
            if token in ("[", "{"):
                stack.append(target)
                target, expected = value, "first" if token == "[" else "first key"
        else:
            raise NoJson(token)


def decode_scalar(token):
    return json.loads(token, parse_int=number, parse_float=number)


def dump(value):
    return json.dumps(value, sort_keys=True, default=lambda exact: {EXACT: exact.decimal})


def same_value_key(value):
    """One text for one JSON value, whatever the order of its keys."""
    try:
        return dump(value)
    except RecursionError:
        pass
    parts, todo = [], [(False, value)]
    while todo:
        is_text, one = todo.pop()
        if is_text or not isinstance(one, (list, dict)):
            parts.append(one if is_text else dump(one))
        elif isinstance(one, list):
            todo.append((True, "]"))
            todo.extend(entry for child in reversed(one) for entry in ((True, ", "), (False, child)))
            parts.append("[")
        else:
            todo.append((True, "}"))
            for name in sorted(one, reverse=True):
                todo.extend([(True, ", "), (False, one[name]), (True, json.dumps(name) + ": ")])
            parts.append("{")
    return "deep " + "".join(parts)


def is_well_formed(value):
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def is_text(value):
    return is_well_formed(value) and value != ""


def is_whole(value, least, most=2**31 - 1):
    return isinstance(value, float) and math.isfinite(value) and value == int(value) and least <= value <= most


def shifted(year):
    """The calendar, weeks included, repeats every 400 years, and Python's begins with the year 1."""
    return (year, 0) if 400 <= year <= 9000 else (year + 400, 1) if year < 400 else (year - 400, -1)


def day_number(text):
    """Days since 1970 of a date, None where the calendar doesn't have it; and whether it is written with hyphens."""
    match = DATE.fullmatch(text)
    if not match or ("W" in text and text.count("-") == 1):
        return None, False
    year, shift = shifted(int(match[1]))
    month, day = match[2] or match[4], match[3] or match[5]
    try:
        if month:
            found = date(year, int(month), int(day))
        elif match[6]:
            found = date.fromisocalendar(year, int(match[6]), int(match[7]))
        else:
            found = date(year, 1, 1) + timedelta(days=int(match[8]) - 1)
            if found.year != year:
                return None, False
    except ValueError:
        return None, False
    return found.toordinal() - date(1970, 1, 1).toordinal() - 146_097 * shift, "-" in text


def time_ms(text):
    """Ms since midnight, up to 24:00:00 itself; and whether there are colons, None where nothing tells."""
    match = TIME.fullmatch(text)
    if not match:
        return None, None
    minute, second = match[2] or match[4], match[3] or match[5]
    hour, m, s = int(match[1]), int(minute or 0), int(second or 0)
    fraction = (match[6] or "")[:30]
    unit = 1000 if second else 60_000 if minute else 3_600_000
    exact = ((hour * 60 + m) * 60 + s) * 1000 + unit * Fraction(int(fraction or 0), 10 ** len(fraction))
    ok = m < 60 and s < 60 and (hour < 24 or (exact == 86_400_000 and not (match[6] or "").strip("0")))
    return math.floor(exact) if ok else None, None if minute is None else match[2] is not None


def offset_ms(text):
    match = OFFSET.fullmatch(text)
    if not match or int(match[2] or 0) > 23 or int(match[3] or 0) > 59:
        return None
    return (int(match[2] or 0) * 60 + int(match[3] or 0)) * 60_000 * (1 if match[1] == "+" else -1)


def instant_ms(text):
    if not isinstance(text, str):
        return None
    text = text.replace("t", "T").replace("z", "Z").replace("w", "W")
    day, t, rest = text.partition("T") if "T" in text else text.partition(" ")
    at = re.search(r"[-+\u2212Z]", rest)
    if not at:
        return None
    (days, hyphens), (ms, colons), offset = day_number(day), time_ms(rest[: at.start()]), offset_ms(rest[at.start() :])
    if days is None or ms is None or offset is None or colons not in (None, hyphens):
        return None
    instant = days * 86_400_000 + ms - offset
    return instant if FIRST_MS <= instant < END_MS else None


def seconds_ms(value):
    """Seconds since 1970 as text or as a number, cut after milliseconds."""
    text = repr(value) if isinstance(value, float) else value
    match = SECONDS.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    digits, power = match[1] + (match[2] or ""), int(match[3] or 0) - len(match[2] or "") + 3
    if digits.strip("0") == "" or len(digits) + power <= 0:
        return 0
    if len(digits.lstrip("0")) + power > 15:
        return None
    ms = int(digits) * 10**power if power >= 0 else int(digits) // 10**-power
    return ms if ms < END_MS else None


def grade(event):
    """A row of grades_ID without its origin, and the paths of what stands in its way."""
    bad = [name for name in ["user_exam_id", "base_exam_id", "exam_name"] if not is_text(event.get(name))]
    started, recorded = instant_ms(event.get("started_at")), seconds_ms(event.get("keen_timestamp"))
    bad += ["started_at"] if started is None else []
    bad += ["keen_timestamp"] if recorded is None else []
    certification = event.get("certification")
    if certification is not None and not (isinstance(certification, str) and certification in ("true", "false")):
        bad.append("certification")
    sequences = event.get("sequences")
    counts = sequences.get("counts") if isinstance(sequences, dict) else None
    if not isinstance(counts, dict):
        return None, bad + ["sequences.counts" if isinstance(sequences, dict) else "sequences"]
    ok = {name: is_whole(counts.get(name), 1 if name == "total" else 0) for name in COUNTS}
    bad += [f"sequences.counts.{name}" for name in COUNTS if not ok[name]]
    if not isinstance(counts.get("all_correct"), bool):
        bad.append("sequences.counts.all_correct")
    if ok["correct"] and ok["total"] and counts["correct"] > counts["total"]:
        bad.append("sequences.counts.correct")
    if bad:
        return None, bad
    row = {
        **{name: event[name] for name in ["user_exam_id", "base_exam_id", "exam_name"]},
        "started_at": started,
        "recorded_at": recorded,
        "certification": None if certification is None else certification == "true",
        **{name: int(counts[name]) for name in COUNTS},
        "score": counts["correct"] / counts["total"],
        "all_correct": counts["all_correct"],
    }
    return row, []


def is_optional(value, kind):
    if value is None:
        return True
    if kind == "text":
        return is_well_formed(value)
    if kind == "whole":
        return is_whole(value, -(2**31))
    return instant_ms(value) is not None if kind == "instant" else isinstance(value, bool)


def option_row(option, at, bad):
    if not isinstance(option, dict):
        return bad.append(at)
    bad += [f"{at}.id"] if not is_well_formed(option.get("id")) else []
    bad += [f"{at}.checked"] if not isinstance(option.get("checked"), bool) else []
    kinds = {"correct": "boolean", "submitted": "whole", "at": "instant"}
    bad += [f"{at}.{name}" for name, kind in kinds.items() if not is_optional(option.get(name), kind)]
    submitted = option.get("submitted")
    return {
        "id": option.get("id"),
        "checked": option.get("checked"),
        "correct": option.get("correct"),
        "submitted": int(submitted) if is_whole(submitted, -(2**31)) else None,
        "at": instant_ms(option.get("at")),
    }


def question_row(question, at, bad):
    if not isinstance(question, dict):
        return bad.append(at)
    bad += [f"{at}.id"] if not is_text(question.get("id")) else []
    kinds = {"user_result": "text", "user_correct": "boolean", "user_incomplete": "boolean", "user_submitted": "boolean"}
    bad += [f"{at}.{name}" for name, kind in kinds.items() if not is_optional(question.get(name), kind)]
    options = question.get("options")
    if not isinstance(options, list):
        return bad.append(f"{at}.options")
    return {
        "question_id": question.get("id"),
        **{name: question.get(name) for name in kinds},
        "options": [option_row(option, f"{at}.options[{index}]", bad) for index, option in enumerate(options)],
    }


def questions(event):
    """Rows of questions_pool_data without their origin, and the paths of what stands in their way; None: no questions."""
    sequences = event.get("sequences")
    asked = sequences.get("questions") if isinstance(sequences, dict) else None
    if asked is None:
        return None
    bad = [] if is_text(event.get("user_exam_id")) else ["user_exam_id"]
    if not isinstance(asked, list):
        return [], bad + ["sequences.questions"]
    name_or_null = lambda name: event.get(name) if is_well_formed(event.get(name)) else None
    exam = {
        "user_exam_id": event.get("user_exam_id"),
        "base_exam_id": name_or_null("base_exam_id"),
        "exam_name": name_or_null("exam_name"),
        "started_at": instant_ms(event.get("started_at")),
    }
    rows = []
    for index, question in enumerate(asked):
        row = question_row(question, f"sequences.questions[{index}]", bad)
        rows.append({**exam, "question_index": index, **(row or {})})
    return rows, bad
