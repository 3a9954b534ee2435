"""Reads all tables of a lake together, again and again, while others land, merge and replay: from versions and from the directories.

usage: watch_versions.py WEBHDFS_URL LAKE_DIR pandas|pyarrow|duckdb

Each round reads the five tables of the newest version, and then those of the lake's own directories, in the plainest way that the
reader has, and holds them to each other and to the catalogue beside them: as many rows as it says, consumed messages are as many as
raw_data has, course_ID counts what grades_ID has, a grade, a question and a refusal lead to a message. A round that does not is
mixed of several commits; a round that can't read is a failure.

Ends after the round in which stdin ends, and prints a JSON object: for `versions` and `directories` each rounds, failures, mixed,
and the first of the problems; `newest`, the last version that was read.
"""

import json
import os
import sys
import threading
from urllib.parse import urlparse

import duckdb
import fsspec
import pandas as pd
import pyarrow.dataset as ds

COLUMNS = {
    "raw_data": ["partition", "offset"],
    "questions_pool_data": ["partition", "offset"],
    "grades_ID": ["partition", "offset", "exam_name"],
    "course_ID": ["exam_name", "attempts"],
    "quarantine": ["partition", "offset"],
}


def open_reader(name, fs, host):
    if name == "pandas":
        return lambda path, columns: pd.read_parquet(f"webhdfs://{host}{path}", columns=columns).values.tolist()
    if name == "pyarrow":
        return lambda path, columns: [
            list(row.values()) for row in ds.dataset(path, filesystem=fs).to_table(columns=columns).to_pylist()
        ]
    # with more threads, they would share an open file's position
    connection = duckdb.connect(config={"threads": 1, "async_threads": 0})
    connection.register_filesystem(fs)

    def read(path, columns):
        names = ", ".join(f'"{column}"' for column in columns)
        return connection.sql(f"SELECT {names} FROM 'webhdfs://{host}{path}/part-*.parquet'").fetchall()

    return read


def find_newest(fs, lake):
    paths = fs.ls(f"{lake}/.snapshot", detail=False)
    return max((path for path in paths if path.rsplit("/", 1)[1].startswith("version-")), default=None)


def find_contradiction(rows, catalogue):
    """What of the tables can't be of one commit; None where nothing is."""
    counts = catalogue["lineage"]["counts"]
    listed = {resource["name"]: resource["rows"] for resource in catalogue["resources"]}
    found = {table: len(rows[table]) for table in COLUMNS}
    if found != listed:
        return f"rows {found}, the catalogue says {listed}"
    messages = {(row[0], row[1]) for row in rows["raw_data"]}
    if len(messages) != counts["consumed"] or found["grades_ID"] != counts["graded"]:
        return f"{len(messages)} messages and {found['grades_ID']} grades, the sum says {counts}"
    if sum(row[1] for row in rows["course_ID"]) != found["grades_ID"]:
        return "course_ID counts other grades than there are"
    for table in ["grades_ID", "questions_pool_data", "quarantine"]:
        if not {(row[0], row[1]) for row in rows[table]} <= messages:
            return f"{table} has rows of messages that raw_data has not"
    return None


class Watch:
    def __init__(self, fs, read):
        self.fs, self.read = fs, read
        self.rounds = self.failures = self.mixed = 0
        self.problems = []

    def see(self, place):
        self.rounds += 1
        try:
            self.fs.invalidate_cache()
            catalogue = json.loads(self.fs.cat(f"{place}/datapackage.json"))
            rows = {table: self.read(f"{place}/{table}", columns) for table, columns in COLUMNS.items()}
            problem = find_contradiction(rows, catalogue)
            self.mixed += problem is not None
        except Exception as error:
            problem = f"{type(error).__name__}: {str(error)[:200]}"
            self.failures += 1
        if problem and len(self.problems) < 3:
            self.problems.append(f"{place}: {problem}")

    def report(self):
        return {name: getattr(self, name) for name in ["rounds", "failures", "mixed", "problems"]}


def main(url, lake, reader):
    address = urlparse(url)
    fs = fsspec.filesystem("webhdfs", host=address.hostname, port=address.port)
    read = open_reader(reader, fs, address.netloc)
    versions, directories = Watch(fs, read), Watch(fs, read)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    is_last, newest = False, None
    while not is_last:
        is_last = ended.is_set()
        newest = find_newest(fs, lake)
        if newest is None:
            continue
        versions.see(newest)
        directories.see(lake)
    print(json.dumps({"versions": versions.report(), "directories": directories.report(), "newest": newest}), flush=True)
    os._exit(0)  # DuckDB's threads now and then race with the end of the interpreter


if __name__ == "__main__":
    main(*sys.argv[1:])
