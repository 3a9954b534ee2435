"""Recomputes the landed tables from raw_data with nothing of the project's code, and compares.

usage: recompute.py FOLDER [EVENTS_FILE | --sent MESSAGES_FILE]

FOLDER holds a copy of the lake's tables. Where EVENTS_FILE (JSON array, one record a line) is given, raw_data must hold
exactly its records, byte for byte, keyed by user_exam_id. Where MESSAGES_FILE (one JSON object a line: partition, offset,
timestamp, key and value, these two in base64) is given, raw_data must hold exactly these messages, and quarantine the bytes
that are no UTF-8. Prints a JSON object: row counts and a list of differences; those of one message name its place,
partition@offset. Every table is read by pyarrow and by DuckDB, and both must agree.
"""

import base64
import json
import math
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from event_rules import NoJson, decode, grade, is_text, questions, same_value_key

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LAST_MS = 8_640_000_000_000_000  # the farthest from 1970 that readers know
MESSAGES_TIME = {"raw_data", "quarantine"}
differences = []


def differ(what):
    if len(differences) < 20:
        differences.append(what)


def read(folder, table):
    """Rows in the order of the files, instants as ms; by pyarrow, checked against DuckDB."""
    files = sorted((folder / table).glob("part-*.parquet"))
    rows = [row for file in files for row in as_ms(pq.ParquetFile(file).read()).to_pylist()]
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    # a producer's timestamp may be beyond Python's last year
    columns = "* REPLACE (epoch_ms(timestamp) AS timestamp)" if table in MESSAGES_TIME else "*"
    relation = duck.sql(f"SELECT {columns} FROM read_parquet([{names}])")
    other = [dict(zip(relation.columns, row)) for row in relation.fetchall()]
    rows, other = [plain(row) for row in rows], [plain(row) for row in other]
    if Counter(map(canonical, rows)) != Counter(map(canonical, other)):
        differ(f"{table}: pyarrow and DuckDB read different rows")
    return rows


def as_ms(rows):
    """Instants as the numbers that they are stored as: pyarrow would load pandas, in seconds, to make Python's of them."""
    return rows.cast(pa.schema([field.with_type(stored(field.type)) for field in rows.schema]))


def stored(kind):
    if pa.types.is_timestamp(kind):
        return pa.int64()
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(stored(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(stored(kind.value_type)))
    return kind


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


def compare(table, expected, received):
    a, b = Counter(map(canonical, expected)), Counter(map(canonical, received))
    for what, rows in (("missing", a - b), ("unexpected", b - a)):
        for row in list(rows)[:3]:
            values = json.loads(row)
            differ(f"{table}: {what} at {values['partition']}@{values['offset']}: {row[:300]}")


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


def check_sent(tables, messages_file):
    """raw_data holds every message that was sent, each once, with its very bytes where they are UTF-8."""
    rows = {(row["partition"], row["offset"]): row for row in tables["raw_data"]}
    with open(messages_file, encoding="utf-8") as lines:
        messages = [json.loads(line) for line in lines]
    if len(tables["raw_data"]) != len(messages) or len(rows) != len(messages):
        differ(f"raw_data: {len(messages)} messages were sent, {len(tables['raw_data'])} rows are there, {len(rows)} places")
    for message in messages:
        at = message["partition"], message["offset"]
        key, value = (None if message[name] is None else base64.b64decode(message[name]) for name in ("key", "value"))
        row, stamp = rows.get(at), int(message["timestamp"])
        stamp = None if stamp == -1 else max(-LAST_MS, min(LAST_MS, stamp))
        expected = {"timestamp": stamp, **as_text("key", key), **as_text("value", value)}
        if not row or any(row[name] != one for name, one in expected.items()):
            differ(f"raw_data: other than was sent at {at[0]}@{at[1]}: {str(row)[:300]}")


def as_text(name, value):
    """The two columns of bytes: text, or base64 where they are not UTF-8."""
    try:
        return {name: None if value is None else value.decode("utf-8"), f"{name}_base64": None}
    except UnicodeDecodeError:
        return {name: None, f"{name}_base64": base64.b64encode(value).decode()}


def recompute(tables):
    """Rows of each table by what raw_data holds, and the number of duplicates."""
    rows = {"grades_ID": [], "questions_pool_data": [], "quarantine": []}
    graded, asked, duplicates = {}, set(), 0
    for raw in sorted(tables["raw_data"], key=lambda one: (one["partition"], one["offset"])):
        origin = {"partition": raw["partition"], "offset": raw["offset"]}
        value = {name: raw[name] for name in ("timestamp", "value", "value_base64")}

        def refuse(table, paths):
            rows["quarantine"].append({**origin, "table": table, "paths": sorted(paths), **value})

        try:
            event = decode(raw["value"]) if raw["value"] is not None else None
        except NoJson:
            event = None
        if not isinstance(event, dict):
            refuse("events", ["$"])
            continue
        exam_id = event.get("user_exam_id")
        exam_id = exam_id if is_text(exam_id) else None
        same = same_value_key(event)
        if exam_id is not None and graded.get(exam_id) == same:
            duplicates += 1
            continue
        row, bad = grade(event)
        if exam_id in graded:
            refuse("grades_ID", bad + ["user_exam_id"])
        elif row:
            graded[exam_id] = same
            rows["grades_ID"].append({**row, **origin})
        else:
            refuse("grades_ID", bad)
        found = questions(event) if exam_id not in asked else None
        if found and found[1]:
            refuse("questions_pool_data", found[1])
        elif found:
            asked.add(exam_id)
            rows["questions_pool_data"] += [{**question, **origin} for question in found[0]]
    return rows, duplicates


def main(folder, *options):
    names = ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]
    tables = {name: read(folder, name) for name in names}
    if options[:1] == ("--sent",):
        check_sent(tables, options[1])
    elif options:
        check_raw(tables["raw_data"], options[0])
    expected, duplicates = recompute(tables)
    compare("grades_ID", expected["grades_ID"], tables["grades_ID"])
    compare("questions_pool_data", expected["questions_pool_data"], tables["questions_pool_data"])
    keep = ["partition", "offset", "timestamp", "table", "value", "value_base64"]
    refused = [
        {**{name: row[name] for name in keep}, "paths": sorted(one["path"] for one in row["failures"])}
        for row in tables["quarantine"]
    ]
    compare("quarantine", expected["quarantine"], refused)
    compare_courses(expected["grades_ID"], tables["course_ID"])
    quarantined = len({(row["partition"], row["offset"]) for row in refused if row["table"] != "questions_pool_data"})
    if len(tables["raw_data"]) != len(expected["grades_ID"]) + duplicates + quarantined:
        differ("the sum does not hold")
    sums = {"duplicates": duplicates, "quarantined": quarantined}
    counts = {**{name: len(rows) for name, rows in tables.items()}, **sums}
    print(json.dumps({"counts": counts, "differences": differences}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
