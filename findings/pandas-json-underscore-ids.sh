#!/usr/bin/env bash
# pandas reads the JSON text "2024_11" as the number 202411.
#
# Versions: pandas 3.1.1.
# Expected: in JSON a text is a text; that read_json turns a column of texts such as "7" into
# numbers is documented (convert_dtypes and dtype), but "2024_11" is no number in JSON.
# Seen: any column of texts that Python's int() or float() takes becomes numeric: an underscore
# between digits is dropped, so 2024_11 and 202411 are one id afterwards, digits of other scripts
# become plain ones, and "Infinity" a float. One row that is no number keeps the whole column text,
# so it depends on the batch. Of true and null in a column true becomes 1.0. dtype_backend="pyarrow"
# or dtype=False leaves texts alone.
# Output (the script compares what it sees with these lines):
#> ["2024_11", "202411"] -> [202411, 202411]
#> ["2024_11", "2024_1a"] -> ['2024_11', '2024_1a']
#> ["\u0661\u0662"] -> [12]
#> ["Infinity"] -> [inf]
#> [true, null] -> [1.0, nan]
#> dtype_backend=pyarrow: ['2024_11', '202411'] dtype=False: ['2024_11', '202411']
# Why it matters: ids such as term_course or version_build are common keys in learning data. Two of
# them merge silently in a group by, and a join with the table that came another way finds nothing.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pandas==3.1.1 pyarrow==26.0.1

cat >look.py <<'CODE'
import io
import json

import pandas as pd


def read(values, **options):
    lines = chr(10).join(json.dumps({"v": value}) for value in values)
    return pd.read_json(io.StringIO(lines), lines=True, **options)["v"].tolist()


for values in (["2024_11", "202411"], ["2024_11", "2024_1a"], ["\u0661\u0662"], ["Infinity"], [True, None]):
    print(json.dumps(values), "->", read(values))
print("dtype_backend=pyarrow:", read(["2024_11", "202411"], dtype_backend="pyarrow"), "dtype=False:", read(["2024_11", "202411"], dtype=False))
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
