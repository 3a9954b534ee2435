#!/usr/bin/env bash
# One and the same Parquet file has times in UTC for pyarrow, and times of no zone for DuckDB and polars.
#
# Versions: hyparquet-writer 0.17.0 as the writer (parquetjs-lite 0.8.7 writes the same), pyarrow
# 26.0.1, duckdb 2.0.0, polars 2.1.0.
# Expected: a time that was written as an instant is read as that instant everywhere. The format
# says that the older mark TIMESTAMP_MILLIS, without the newer logical type beside it, means UTC.
# Seen: pyarrow makes it timestamp[ms, tz=UTC]; DuckDB makes it TIMESTAMP and polars Datetime
# without a zone. In a session in Berlin DuckDB then casts 10:00 UTC to an instant at 09:00 UTC.
# Output (the script compares what it sees with these lines):
#> written 2026-01-31T10:00:00.000Z
#> pyarrow timestamp[ms, tz=UTC]
#> polars Datetime(time_unit='ms', time_zone=None)
#> duckdb TIMESTAMP in Berlin, in UTC: 2026-01-31 09:00:00
# Why it matters: JavaScript's Parquet writers write the older mark only. The times agree in UTC
# sessions, which is what CI runs in, and are off by the zone on somebody's laptop. Write the
# logical type, or say AT TIME ZONE 'UTC' in the query.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts hyparquet-writer@0.17.0
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages duckdb==2.0.0 polars==2.1.0 pyarrow==26.0.1

cat >read.py <<'CODE'
import duckdb
import polars as pl
import pyarrow.parquet as pq

print("pyarrow", pq.read_schema("times.parquet").field("time").type)
print("polars", pl.read_parquet_schema("times.parquet")["time"])
con = duckdb.connect()
con.sql("set timezone = 'Europe/Berlin'")
times = con.sql("select time::timestamptz at time zone 'UTC' as utc from 'times.parquet'")
print("duckdb", con.sql("select time from 'times.parquet'").types[0], "in Berlin, in UTC:", times.fetchall()[0][0])
CODE
cat >look.mjs <<'CODE'
import { writeFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";

const time = new Date("2026-01-31T10:00:00Z");
writeFileSync("times.parquet", new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "time", data: [time] }] })));
console.log("written", time.toISOString());
CODE
{ node look.mjs; PYTHONPATH=packages python3 read.py; } | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
