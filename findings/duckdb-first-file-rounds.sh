#!/usr/bin/env bash
# The sum over two Parquet files depends on which file's name sorts first in DuckDB.
#
# Versions: duckdb 2.0.0, pyarrow 26.0.1, fastparquet 2026.9.0.
# Expected: one file holds the scores 1 and 2 as whole numbers, the other 2.75 and 0.75 as doubles;
# reading both gives doubles, or an error, in whichever order.
# Seen: DuckDB takes the type from the first file and rounds the other's values to it: 2.75 is 3 and
# 0.75 is 1, without a word. The sum is 7 in one order and 6.5 in the other. fastparquet truncates
# instead (2 and 0: the sum is 5). pyarrow refuses. union_by_name=true makes DuckDB find the common
# type.
# Output (the script compares what it sees with these lines):
#> whole.parquet first
#>   duckdb (7, [1, 2, 3, 1])
#>   duckdb, union_by_name=true (6.5, [1.0, 2.0, 2.75, 0.75])
#>   fastparquet [1, 2, 2, 0]
#>   pyarrow Float value 2.750000 was truncated converting to int64
#> fractions.parquet first
#>   duckdb (6.5, [2.75, 0.75, 1.0, 2.0])
#>   duckdb, union_by_name=true (6.5, [2.75, 0.75, 1.0, 2.0])
#>   fastparquet [2.75, 0.75, 1.0, 2.0]
#>   pyarrow [2.75, 0.75, 1.0, 2.0]
# Why it matters: writers that infer types per file write whole numbers whenever a batch happens to
# hold no fraction, so a directory has both kinds sooner or later. Fix the schema in the writer, and
# read with union_by_name=true.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages duckdb==2.0.0 pyarrow==26.0.1 fastparquet==2026.9.0

cat >look.py <<'CODE'
import duckdb
import fastparquet
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

pq.write_table(pa.table({"score": [1, 2]}), "whole.parquet")
pq.write_table(pa.table({"score": [2.75, 0.75]}), "fractions.parquet")
for files in (["whole.parquet", "fractions.parquet"], ["fractions.parquet", "whole.parquet"]):
    print(files[0], "first")
    for options in ("", ", union_by_name=true"):
        print("  duckdb" + options, duckdb.sql(f"select sum(score), list(score) from read_parquet({files}{options})").fetchall()[0])
    print("  fastparquet", fastparquet.ParquetFile(files).to_pandas()["score"].tolist())
    try:
        print("  pyarrow", ds.dataset(files).to_table()["score"].to_pylist())
    except pa.ArrowInvalid as error:
        print("  pyarrow", error)
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
