#!/usr/bin/env bash
# Unnesting ["a"], [] and null gives one, two or three rows, depending on the library.
#
# Versions: polars 2.1.0, pandas 3.1.1, duckdb 2.0.0.
# Expected: explode and unnest drop rows without elements, or keep them all with null.
# Seen: DuckDB drops both (1 row), polars 2 drops the empty list but keeps the null (2 rows), pandas
# keeps both (3 rows, and they look the same afterwards). polars has empty_as_null and keep_nulls,
# and their defaults differ from each other.
# Output (the script compares what it sees with these lines):
#> polars [(1, 'a'), (3, None)] both switched: [(1, 'a'), (2, None)]
#> pandas [[1, 'a'], [2, nan], [3, nan]]
#> duckdb [(1, 'a')]
# Why it matters: an event without answers vanishes in one tool and counts in another; the number of
# distinct events after unnesting is the first figure that people compare. Count before unnesting,
# and say which rows shall stay.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages polars==2.1.0 pandas==3.1.1 duckdb==2.0.0 pyarrow==26.0.1

cat >look.py <<'CODE'
import duckdb
import pandas as pd
import polars as pl

rows = {"id": [1, 2, 3], "tags": [["a"], [], None]}
frame = pl.DataFrame(rows)
print("polars", frame.explode("tags").rows(), "both switched:", frame.explode("tags", empty_as_null=True, keep_nulls=False).rows())
print("pandas", pd.DataFrame(rows).explode("tags").to_numpy().tolist())
print("duckdb", duckdb.sql("select id, unnest(tags) from frame").fetchall())
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
