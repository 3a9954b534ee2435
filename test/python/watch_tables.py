"""Reads all tables of a lake again and again, while something lands there, and looks for what no reader may see.

usage: watch_tables.py WEBHDFS_URL LAKE_DIR pyarrow|duckdb [--list-again]

Each round lists a table's files at one moment and reads all of them, every column, over fsspec's webhdfs. It is a problem if
a file that is listed can't be read, a row stands twice, a partition's offsets in raw_data have a hole, a listed file is gone
from the next listing, or rows get fewer. With --list-again, which is for lakes whose files are merged meanwhile, a file that
is not found makes the round list the table anew, and files may leave the listing.

Ends after the round in which stdin ends, and prints a JSON object: rounds, reads (files), again (times that a table was listed
anew), replaced (times that course_ID's one file was replaced while it was read), rows of each table, problems.
"""

import io
import json
import os
import re
import sys
import threading
from collections import Counter
from urllib.parse import quote, urlparse
from urllib.request import urlopen

import duckdb
import fsspec
import pyarrow.parquet as pq

KEYS = {
    "raw_data": ["partition", "offset"],
    "questions_pool_data": ["user_exam_id", "question_index"],
    "grades_ID": ["user_exam_id"],
    "course_ID": ["exam_name"],
    "quarantine": ["partition", "offset", "table"],
}


def open_pyarrow(fs, host):
    """course_ID's one file is replaced under its name: it is read by one request, which gives one version of it."""

    def read_file(path):
        if "/course_ID/" not in path:
            return pq.read_table(path, filesystem=fs)
        with urlopen(f"http://{host}/webhdfs/v1{quote(path)}?op=OPEN") as answer:
            return pq.read_table(io.BytesIO(answer.read()))

    return lambda paths: [row for path in paths for row in read_file(path).to_pylist()]


def open_duckdb(fs, host):
    # with more threads, they would share an open file's position
    connection = duckdb.connect(config={"threads": 1, "async_threads": 0})
    connection.register_filesystem(fs)

    def read(paths):
        names = ", ".join(f"'webhdfs://{host}{path}'" for path in paths)
        relation = connection.sql(f"SELECT * FROM read_parquet([{names}])")
        return [dict(zip(relation.columns, row)) for row in relation.fetchall()]

    return read


def is_part(path):
    return re.fullmatch(r"[^_.].*\.parquet", path.rsplit("/", 1)[1]) is not None


class Watch:
    """What was seen so far, and what of it was wrong."""

    def __init__(self, fs, lake, read, list_again):
        self.fs, self.lake, self.read, self.list_again = fs, lake, read, list_again
        self.rounds = self.reads = self.again = self.replaced = 0
        self.files, self.rows, self.problems = {}, {}, []

    def problem(self, what):
        if len(self.problems) < 20:
            self.problems.append(f"round {self.rounds}: {what}")

    def see_tables(self):
        self.rounds += 1
        for table in KEYS:
            while not self.see_table(table):
                pass

    def see_table(self, table):
        """False where the table is to be listed again."""
        parts = self.list_parts(table)
        if not parts and table not in self.files:
            return True  # its first file is on its way
        gone = set(self.files.get(table, ())) - set(parts)
        if gone and not self.list_again:
            self.problem(f"{table}: no longer listed: {sorted(gone)[:3]}")
        if not parts:
            return self.see_missing()
        try:
            rows = self.read(sorted(parts))
        except Exception as error:
            return self.see_failure(table, parts, error)
        self.reads += len(parts)
        self.files[table] = parts
        self.check_rows(table, rows)
        return True

    def list_parts(self, table):
        """Size and time of each part, by its path; none where the directory is missing."""
        try:
            found = self.fs.ls(f"{self.lake}/{table}", detail=True)
        except FileNotFoundError:
            return {}
        return {one["name"]: (one["size"], one["modificationTime"]) for one in found if is_part(one["name"])}

    def see_missing(self):
        self.again += 1
        return not self.list_again

    def see_failure(self, table, parts, error):
        """course_ID's file has one name: a reader that asks for it in several pieces can get two versions' pieces."""
        now = self.list_parts(table)
        if table == "course_ID" and set(now) == set(parts) and now != parts:
            self.replaced += 1
            return False
        if self.list_again and set(parts) - set(now):
            return self.see_missing()
        self.problem(f"{table}: {type(error).__name__}: {str(error)[:300]}")
        return True

    def check_rows(self, table, rows):
        twice = [key for key, count in Counter(tuple(row[name] for name in KEYS[table]) for row in rows).items() if count > 1]
        if twice:
            self.problem(f"{table}: {len(twice)} rows stand twice, such as {twice[0]}")
        if len(rows) < self.rows.get(table, 0):
            self.problem(f"{table}: {len(rows)} rows after {self.rows[table]}")
        self.rows[table] = len(rows)
        if table == "raw_data":
            self.check_offsets(rows)

    def check_offsets(self, rows):
        ends, counts = Counter(), Counter()
        for row in rows:
            ends[row["partition"]] = max(ends[row["partition"]], row["offset"] + 1)
            counts[row["partition"]] += 1
        if ends != counts:
            self.problem(f"raw_data: offsets are missing: up to {dict(ends)}, rows {dict(counts)}")


def main(url, lake, reader, *options):
    address = urlparse(url)
    fs = fsspec.filesystem("webhdfs", host=address.hostname, port=address.port)
    read = {"pyarrow": open_pyarrow, "duckdb": open_duckdb}[reader](fs, address.netloc)
    watch = Watch(fs, lake, read, "--list-again" in options)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    is_last = False
    while not is_last:
        is_last = ended.is_set()
        watch.see_tables()
    names = ["rounds", "reads", "again", "replaced", "rows", "problems"]
    print(json.dumps({name: getattr(watch, name) for name in names}), flush=True)
    os._exit(0)  # DuckDB's threads now and then race with the end of the interpreter


if __name__ == "__main__":
    main(*sys.argv[1:])
