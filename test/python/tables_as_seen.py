"""Reads every table of a lake over WebHDFS with pyarrow, DuckDB and pandas, as docs/reading.md does.

usage: tables_as_seen.py HOST PORT LAKE_DIR FOLDER

Writes FOLDER/<reader>/<table>.jsonl: a first line with [name, type] of each column, then a line per row.
Values are written so that JSON keeps them: INT64 as text, timestamps as whole ms since 1970.
"""

import json
import os
import sys
from pathlib import Path

import duckdb
import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from parquet_as_seen import to_rows

TABLES = ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]


def read_with_arrow(hdfs, path):
    table = pq.read_table(path, filesystem=hdfs)
    return [[field.name, str(field.type)] for field in table.schema], to_rows(table)


def read_with_duckdb(hdfs, path):
    if "webhdfs" not in duckdb.list_filesystems():
        duckdb.register_filesystem(hdfs)
        duckdb.sql("SET threads = 1; SET async_threads = 0")  # they would share an open file's position
    return relation_values(duckdb.sql(f"FROM 'webhdfs://{path}/part-*.parquet'"))


def read_through_arrow(hdfs, path):
    dataset = ds.dataset(path, filesystem=hdfs)
    return relation_values(duckdb.sql("FROM dataset"))


def relation_values(found):
    return [[name, str(kind)] for name, kind in zip(found.columns, found.types)], to_rows(found.to_arrow_table())


def read_with_pandas(hdfs, path):
    frame = pd.read_parquet(path, filesystem=hdfs, dtype_backend="pyarrow")
    columns = [[name, str(kind)] for name, kind in frame.dtypes.items()]
    values = [series_values(frame[name]) for name in frame.columns]
    return columns, [dict(zip(frame.columns, row)) for row in zip(*values)]


def series_values(series):
    """The values of a column of a frame, taken out as its documentation says; lists are unfolded into columns."""
    kind = series.dtype.pyarrow_dtype
    if pa.types.is_list(kind):
        return list_values(series)
    if pa.types.is_timestamp(kind):
        series = series.astype("int64[pyarrow]")
    write = str if pa.types.is_int64(kind) else lambda value: value
    return [None if value is pd.NA else write(value) for value in series]


def list_values(series):
    series = series.reset_index(drop=True)
    fields = series.list.flatten().struct.explode()
    rows = [[] for _ in range(len(series))]
    for index, *values in zip(fields.index, *(series_values(fields[name]) for name in fields.columns)):
        rows[index].append(dict(zip(fields.columns, values)))
    return rows


READERS = {
    "pyarrow": read_with_arrow,
    "DuckDB": read_with_duckdb,
    "DuckDB through pyarrow": read_through_arrow,
    "pandas": read_with_pandas,
}


def main(host, port, lake, folder):
    hdfs = fsspec.filesystem("webhdfs", host=host, port=int(port))
    for reader, read in READERS.items():
        place = Path(folder, reader)
        place.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            columns, rows = read(hdfs, f"{lake}/{table}")
            with open(place / f"{table}.jsonl", "w") as file:
                for line in [columns, *rows]:
                    file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # DuckDB's threads now and then race with the end of the interpreter
