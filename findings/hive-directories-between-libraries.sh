#!/usr/bin/env bash
# pyarrow and pandas cannot read a partitioned directory that polars wrote, and 001 and 1 become one key.
#
# Versions: polars 2.1.0, pyarrow 26.0.1, pandas 3.1.1, duckdb 2.0.0.
# Expected: directories named key=value are the common way to split a table; each of these libraries
# reads what the others write, with the same keys.
# Seen: polars writes the key into the files as well as into the path; pyarrow.parquet.read_table
# guesses the type of the path's key, finds another in the file and stops. Of the keys 001 and 1,
# which pyarrow wrote from a column of text, pyarrow and polars make the number 1 twice, pandas
# fails, and DuckDB alone keeps two keys.
# Output (the script compares what it sees with these lines):
#> polars wrote the courses a and b
#>    pyarrow ArrowTypeError Unable to merge
#>    pandas ArrowTypeError Unable to merge
#>    polars ['a', 'b']
#>    duckdb ['a', 'b']
#> pyarrow wrote the courses 001 and 1
#>    pyarrow [1, 1]
#>    pandas ValueError Categorical categories must be unique
#>    polars [1, 1]
#>    duckdb ['001', '1']
# Why it matters: a course 001 and a course 1 are summed up together, by a reader that was given a
# proper text column to write. Name the types of partition keys when reading, choose keys that are
# no numbers, and write with PartitionBy(..., include_key=False) in polars.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1 duckdb==2.0.0

cat >look.py <<'CODE'
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def look(path):
    for name, read in (
        ("pyarrow", lambda: pq.read_table(path)["course"].to_pylist()),
        ("pandas", lambda: pd.read_parquet(path)["course"].tolist()),
        ("polars", lambda: pl.read_parquet(f"{path}/**/*.parquet", hive_partitioning=True)["course"].to_list()),
        ("duckdb", lambda: [row[0] for row in duckdb.sql(f"select course from read_parquet('{path}/**/*.parquet', hive_partitioning=true)").fetchall()]),
    ):
        try:
            print("  ", name, sorted(read()))
        except Exception as error:
            print("  ", name, type(error).__name__, str(error).split(":")[0])


print("polars wrote the courses a and b")
pl.DataFrame({"course": ["a", "b"], "v": [1, 2]}).write_parquet("a/", partition_by="course", mkdir=True)
look("a")
print("pyarrow wrote the courses 001 and 1")
table = pa.table({"course": ["001", "1"], "v": [1, 2]})
ds.write_dataset(table, "b", format="parquet", partitioning=["course"], partitioning_flavor="hive")
look("b")
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
