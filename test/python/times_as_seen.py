"""Reads a column of times from a Parquet file with every reader there is, and prints what each makes of them.

usage: times_as_seen.py FILE COLUMN

One object of JSON: reader -> [[ms since 1970, hour in Berlin], ...], in the order of the rows.
"""

import json
import sys
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

BERLIN = "Europe/Berlin"


def with_pyarrow(path, name):
    times = pq.read_table(path, columns=[name])[name]
    local = times.cast(pa.timestamp("ms", tz=BERLIN))
    return zip(local.cast(pa.int64()).to_pylist(), pc.hour(local).to_pylist())


def with_python(path, name):
    times = pq.read_table(path, columns=[name])[name].to_pylist()
    return [(round(time.timestamp() * 1000), time.astimezone(ZoneInfo(BERLIN)).hour) for time in times]


def with_pandas(path, name):
    times = pd.read_parquet(path, columns=[name])[name]
    return zip(times.dt.as_unit("ms").astype("int64").tolist(), times.dt.tz_convert(BERLIN).dt.hour.tolist())


def with_duckdb(path, name):
    return ask_duckdb(duckdb.read_parquet(path), name)


def through_arrow(path, name):
    return ask_duckdb(duckdb.from_arrow(ds.dataset(path)), name)


def ask_duckdb(rows, name):
    return rows.project(f"epoch_ms(\"{name}\"), hour(\"{name}\" AT TIME ZONE '{BERLIN}')").fetchall()


def with_polars(path, name):
    times = pl.read_parquet(path, columns=[name])[name]
    return zip(times.dt.epoch("ms").to_list(), times.dt.convert_time_zone(BERLIN).dt.hour().to_list())


READERS = {
    "pyarrow": with_pyarrow,
    "Python": with_python,
    "pandas": with_pandas,
    "DuckDB": with_duckdb,
    "DuckDB through pyarrow": through_arrow,
    "polars": with_polars,
}


def main(path, name):
    seen = {reader: [list(pair) for pair in read(path, name)] for reader, read in READERS.items()}
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
