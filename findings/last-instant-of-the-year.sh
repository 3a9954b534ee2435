#!/usr/bin/env bash
# The last tenth of a microsecond of 2025 is in 2026 for msgspec, and for year() of DuckDB's nanoseconds.
#
# Versions: msgspec 0.22.0, pydantic 2.14.4, polars 2.1.0, duckdb 2.0.0, pyarrow 26.0.1.
# Expected: digits that a type cannot hold are cut off everywhere, so that a time stays in its
# second, day and year.
# Seen: pydantic, polars, DuckDB's TIMESTAMP and Arrow's cast cut them off. msgspec rounds to the
# next microsecond, DuckDB's TIMESTAMP_MS and TIMESTAMP_S to the next millisecond and second: the
# event moves into the next year. DuckDB's TIMESTAMP_NS holds the time exactly, in 2025, and year()
# of it is 2026 all the same.
# Output (the script compares what it sees with these lines):
#> pydantic 2025
#> msgspec 2026
#> polars 2025
#> pyarrow 2025
#> duckdb timestamp 2025-12-31 23:59:59.999999 2025
#> duckdb timestamp_ns 2025-12-31 23:59:59.9999999 2026
#> duckdb timestamp_ms 2026-01-01 00:00:00 2026
#> duckdb timestamp_s 2026-01-01 00:00:00 2026
# Why it matters: Go, Java and .NET write times with seven or nine digits. A time that was rounded
# up falls into another partition (day=2026-01-01) than the same time that was cut off, and a count
# per day of the two tables never agrees. Derive the partition before changing the unit.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages msgspec==0.22.0 pydantic==2.14.4 polars==2.1.0 duckdb==2.0.0 pyarrow==26.0.1

cat >look.py <<'CODE'
import datetime as dt
import json

import duckdb
import msgspec
import polars as pl
import pyarrow as pa
import pydantic

text = "2025-12-31T23:59:59.9999999Z"
print("pydantic", pydantic.TypeAdapter(dt.datetime).validate_json(json.dumps(text)).year)
print("msgspec", msgspec.json.decode(json.dumps(text), type=dt.datetime).year)
print("polars", pl.Series([text]).str.to_datetime(time_unit="us").dt.year()[0])
print("pyarrow", pa.array([text]).cast(pa.timestamp("ns", "UTC")).cast(pa.timestamp("ms", "UTC"), safe=False)[0].as_py().year)
for type_ in ("timestamp", "timestamp_ns", "timestamp_ms", "timestamp_s"):
    print("duckdb", type_, *duckdb.sql(f"select v::varchar, year(v) from (select '{text}'::{type_} as v)").fetchall()[0])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
