#!/usr/bin/env bash
# A Parquet map with one key twice: two values, one value or an error, depending on the reader.
#
# Versions: pyarrow 26.0.1 as the writer, duckdb 2.0.0, polars 2.1.0, fastparquet 2026.9.0.
# Expected: the writer refuses keys that come twice, or all readers treat them alike. (The format
# asks readers to take the last value.)
# Seen: pyarrow writes and reads both entries, polars and fastparquet keep the last one, DuckDB ends
# any query that reads such a row, so one event is in the way of all others in its row group unless
# a filter leaves it out.
# Output (the script compares what it sees with these lines):
#> pyarrow [[('page', 1), ('page', 2)], [('page', 3)]]
#> polars [{'page': 2}, {'page': 3}]
#> fastparquet [{'page': 2}, {'page': 3}]
#> duckdb where true Invalid Input Error: Map keys must be unique.
#> duckdb where id = 2 [({'page': 3},)]
# Why it matters: a map is the natural type for open-ended keys (headers, custom parameters), and
# headers and query strings do repeat. Make keys unique before writing, or write a list of key and
# value.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pyarrow==26.0.1 duckdb==2.0.0 polars==2.1.0 fastparquet==2026.9.0

cat >look.py <<'CODE'
import duckdb
import fastparquet
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

rows = pa.array([[("page", 1), ("page", 2)], [("page", 3)]], pa.map_(pa.string(), pa.int64()))
pq.write_table(pa.table({"id": [1, 2], "params": rows}), "maps.parquet")
print("pyarrow", pq.read_table("maps.parquet")["params"].to_pylist())
print("polars", pl.read_parquet("maps.parquet")["params"].to_list())
print("fastparquet", [{k: int(v) for k, v in m.items()} for m in fastparquet.ParquetFile("maps.parquet").to_pandas()["params"]])
for where in ("true", "id = 2"):
    try:
        print("duckdb where", where, duckdb.sql(f"select params from 'maps.parquet' where {where}").fetchall())
    except duckdb.Error as error:
        print("duckdb where", where, str(error).splitlines()[0])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
