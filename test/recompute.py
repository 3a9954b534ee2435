"""Recomputes the landed tables from raw_data with nothing of the project's code, and compares.

usage: recompute.py FOLDER [EVENTS_FILE]

FOLDER holds a copy of the lake's tables. Where EVENTS_FILE (JSON array, one record a line) is given, raw_data must hold
exactly its records, byte for byte, keyed by user_exam_id. Prints a JSON object: row counts and a list of differences.
Every table is read by pyarrow and by DuckDB, and both must agree.
"""

import json
import math
import re
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
COUNTS = ["correct", "incorrect", "incomplete", "unanswered", "submitted", "total"]
INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|([+-])(\d\d):(\d\d))")
differences = []


def differ(what):
    if len(differences) < 20:
        differences.append(what)


def read(folder, table):
    """Rows in the order of the files, instants as ms; by pyarrow, checked against DuckDB."""
    files = sorted((folder / table).glob("part-*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    relation = duck.sql(f"SELECT * FROM read_parquet([{names}])")
    other = [dict(zip(relation.columns, row)) for row in relation.fetchall()]
    rows, other = [plain(row) for row in rows], [plain(row) for row in other]
    if Counter(map(canonical, rows)) != Counter(map(canonical, other)):
        differ(f"{table}: pyarrow and DuckDB read different rows")
    return rows


def plain(value):
    if isinstance(value, datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=timezone.utc)  # DuckDB: TIMESTAMP, in UTC
        return (value - EPOCH) // timedelta(milliseconds=1)
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def canonical(row):
    return json.dumps(row, sort_keys=True)


def instant_ms(text):
    match = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    fraction = int((match[7] or "0")[:3].ljust(3, "0"))
    offset = timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0))
    local = local + offset if match[9] == "-" else local - offset
    return (local - EPOCH) // timedelta(milliseconds=1) + fraction


def is_text(value):
    return isinstance(value, str) and value != "" and not re.search("[\ud800-\udfff]", value)


def is_count(value, least=0):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value == int(value) and least <= value < 2**31


def grade(event):
    """A row of grades_ID without its origin; None where the event is refused."""
    names = ["user_exam_id", "base_exam_id", "exam_name"]
    recorded = event.get("keen_timestamp")
    sequences = event.get("sequences")
    counts = sequences.get("counts") if isinstance(sequences, dict) else None
    if not all(is_text(event.get(name)) for name in names) or instant_ms(event.get("started_at")) is None:
        return None
    if not isinstance(recorded, str) or not re.fullmatch(r"\d+(\.\d+)?", recorded):
        return None
    if event.get("certification") not in ("true", "false", None) or not isinstance(counts, dict):
        return None
    if not all(is_count(counts.get(name), 1 if name == "total" else 0) for name in COUNTS):
        return None
    if not isinstance(counts.get("all_correct"), bool) or counts["correct"] > counts["total"]:
        return None
    certification = event.get("certification")
    return {
        **{name: event[name] for name in names},
        "started_at": instant_ms(event["started_at"]),
        "recorded_at": int(Fraction(recorded) * 1000),
        "certification": None if certification is None else certification == "true",
        **{name: int(counts[name]) for name in COUNTS},
        "score": counts["correct"] / counts["total"],
        "all_correct": counts["all_correct"],
    }


def questions(event):
    for index, question in enumerate(event["sequences"]["questions"]):
        yield {
            "user_exam_id": event["user_exam_id"],
            "base_exam_id": event.get("base_exam_id"),
            "exam_name": event.get("exam_name"),
            "started_at": instant_ms(event.get("started_at")),
            "question_index": index,
            "question_id": question["id"],
            **{name: question.get(name) for name in ["user_result", "user_correct", "user_incomplete", "user_submitted"]},
            "options": [
                {
                    "id": option["id"],
                    "checked": option["checked"],
                    "correct": option.get("correct"),
                    "submitted": option.get("submitted"),
                    "at": instant_ms(option["at"]) if option.get("at") else None,
                }
                for option in question["options"]
            ],
        }


def compare(table, expected, received):
    a, b = Counter(map(canonical, expected)), Counter(map(canonical, received))
    for row in list((a - b).keys())[:3]:
        differ(f"{table}: missing {row[:300]}")
    for row in list((b - a).keys())[:3]:
        differ(f"{table}: unexpected {row[:300]}")


def compare_courses(grades, received):
    by_name = {}
    for row in grades:
        by_name.setdefault(row["exam_name"], []).append(row)
    if sorted(by_name) != sorted(row["exam_name"] for row in received):
        return differ("course_ID: other names than in grades_ID")
    for row in received:
        rows = by_name[row["exam_name"]]
        scores = [Fraction(one["correct"], one["total"]) for one in rows]
        mean = sum(scores) / len(scores)
        variance = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1) if len(scores) > 1 else None
        exact = {
            "attempts": len(rows),
            "min_score": float(min(scores)),
            "max_score": float(max(scores)),
            "first_started_at": min(one["started_at"] for one in rows),
            "last_started_at": max(one["started_at"] for one in rows),
        }
        if any(row[name] != value for name, value in exact.items()) or abs(row["average_score"] - mean) > 1e-12:
            differ(f"course_ID: {row}, expected {exact}, average {float(mean)}")
        deviation = None if variance is None else math.sqrt(variance)
        if (deviation is None) != (row["stddev_score"] is None) or abs((row["stddev_score"] or 0) - (deviation or 0)) > 1e-12:
            differ(f"course_ID: {row['exam_name']}: deviation {row['stddev_score']}, expected {deviation}")


def check_raw(raw, events_file):
    text = Path(events_file).read_text(encoding="utf-8")
    lines = [line.rstrip(",") for line in text.splitlines() if line.startswith("{")]
    if Counter(lines) != Counter(row["value"] for row in raw):
        differ("raw_data: the values are not the file's records")
    partition_of = {}
    for row in raw:
        if json.loads(row["value"])["user_exam_id"] != row["key"]:
            differ(f"raw_data: key {row['key']} is not the exam ID")
        if partition_of.setdefault(row["key"], row["partition"]) != row["partition"]:
            differ(f"raw_data: {row['key']} in two partitions")
    for partition in set(row["partition"] for row in raw):
        offsets = [row["offset"] for row in raw if row["partition"] == partition]
        if offsets != list(range(len(offsets))):
            differ(f"raw_data: offsets of partition {partition} are not 0, 1, 2, ...")


def main(folder, events_file=None):
    names = ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]
    tables = {name: read(folder, name) for name in names}
    raw = tables["raw_data"]
    if events_file:
        check_raw(raw, events_file)
    graded, asked, refused, duplicates = {}, {}, [], 0
    for row in sorted(raw, key=lambda one: (one["partition"], one["offset"])):
        origin = {"partition": row["partition"], "offset": row["offset"]}
        event = json.loads(row["value"])
        exam_id = event["user_exam_id"]
        before = graded.get(exam_id)
        if before and before[0] == event:
            duplicates += 1
        elif not before and grade(event):
            graded[exam_id] = (event, {**grade(event), **origin})
        else:
            refused.append({**origin, "value": row["value"]})
        if exam_id not in asked and isinstance(event["sequences"].get("questions"), list):
            asked[exam_id] = [{**question, **origin} for question in questions(event)]
    grades = [row for _, row in graded.values()]
    compare("grades_ID", grades, tables["grades_ID"])
    compare("questions_pool_data", [row for rows in asked.values() for row in rows], tables["questions_pool_data"])
    keep = ["partition", "offset", "value"]
    compare("quarantine", refused, [{name: row[name] for name in keep} for row in tables["quarantine"]])
    compare_courses(grades, tables["course_ID"])
    if len(raw) != len(grades) + duplicates + len(refused):
        differ("the sum does not hold")
    counts = {**{name: len(rows) for name, rows in tables.items()}, "duplicates": duplicates}
    print(json.dumps({"counts": counts, "differences": differences}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
