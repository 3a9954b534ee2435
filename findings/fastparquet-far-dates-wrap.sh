#!/usr/bin/env bash
# fastparquet turns 9999-12-31 into a day of 1816.
#
# Versions: fastparquet 2026.9.0, pyarrow 26.0.1 as the writer, duckdb 2.0.0 to compare.
# Expected: a Parquet DATE counts days in 32 bits; days that pandas's nanoseconds cannot hold raise
# an error, or come as another unit.
# Seen: they wrap round: 9999-12-31 becomes 1816-03-29, 0001-01-01 becomes 1754-08-30, and both look
# like plain dates of a plain datetime64 column. Days from 1678 to 2261 are right.
# Output (the script compares what it sees with these lines):
#> fastparquet datetime64[ns] ['2026-01-01 00:00:00', '1816-03-29 05:56:08.066277376', '1754-08-30 22:43:41.128654848']
#> duckdb ['2026-01-01', '9999-12-31', '0001-01-01']
#> valid after 2026: fastparquet 0 rows, duckdb 1
# Why it matters: 9999-12-31 is what many systems write for 'no end', 0001-01-01 for 'never'. A
# filter 'still valid today' drops exactly the rows that are valid for ever.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages fastparquet==2026.9.0 pyarrow==26.0.1 duckdb==2.0.0

cat >look.py <<'CODE'
import datetime as dt

import duckdb
import fastparquet
import pyarrow as pa
import pyarrow.parquet as pq

days = [dt.date(2026, 1, 1), dt.date(9999, 12, 31), dt.date(1, 1, 1)]
pq.write_table(pa.table({"until": pa.array(days, pa.date32())}), "days.parquet")
column = fastparquet.ParquetFile("days.parquet").to_pandas()["until"]
print("fastparquet", column.dtype, [str(day) for day in column])
print("duckdb", [str(row[0]) for row in duckdb.sql("select until from 'days.parquet'").fetchall()])
print("valid after 2026: fastparquet", int((column > "2026-06-01").sum()), "rows, duckdb", duckdb.sql("select count(*) from 'days.parquet' where until > '2026-06-01'").fetchall()[0][0])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
