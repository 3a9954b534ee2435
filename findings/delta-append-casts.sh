#!/usr/bin/env bash
# deltalake appends 2.7 to a column of whole numbers as 2, and the number 5 to times as 1970.
#
# Versions: deltalake 1.6.6, pyarrow 26.0.1.
# Expected: Delta tables enforce their schema on append: other types are refused, as an int64 that
# is too large for int32, another decimal scale and a new struct key are.
# Seen: every cast that does not fail outright is made without a word, and loses: fractions are cut
# off, 0.4 becomes true, "no" becomes false, a whole number becomes microseconds since 1970, 2^53 +
# 1 loses its last digit in a column of doubles.
# Output (the script compares what it sees with these lines):
#> 1 and then 2.7: 2
#> True and then 0.4: True
#> True and then 'no': False
#> 1 and then '7': 7
#> 1.5 and then 9007199254740993: 9007199254740992.0
#> datetime.datetime(2026, 1, 31, 0, 0) and then 5: 1970-01-01 00:00:00.000005
#> 1 and then 'seven': Exception
#> {'a': 1} and then {'a': 2, 'b': 3}: SchemaMismatchError
# Why it matters: the table format is chosen because it keeps bad data out. A producer that changes
# seconds to a number, or scores to fractions, goes unnoticed until somebody adds them up. Compare
# the Arrow schema with the table's before each append.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages deltalake==1.6.6 pyarrow==26.0.1

cat >look.py <<'CODE'
import datetime as dt
import tempfile

import deltalake
import pyarrow as pa


def append(first, then):
    with tempfile.TemporaryDirectory() as path:
        deltalake.write_deltalake(path, pa.table({"v": [first]}))
        try:
            deltalake.write_deltalake(path, pa.table({"v": [then]}), mode="append")
            values = deltalake.DeltaTable(path).to_pyarrow_table()["v"].to_pylist()
            values.remove(first)
            seen = str(values[0])
        except Exception as error:
            seen = type(error).__name__
        print(f"{first!r} and then {then!r}: {seen}")


append(1, 2.7)
append(True, 0.4)
append(True, "no")
append(1, "7")
append(1.5, 2**53 + 1)
append(dt.datetime(2026, 1, 31), 5)
append(1, "seven")
append({"a": 1}, {"a": 2, "b": 3})
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
