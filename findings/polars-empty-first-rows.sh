#!/usr/bin/env bash
# polars reads lists of values as lists of nulls when the first 100 lines hold only empty lists.
#
# Versions: polars 2.1.0.
# Expected: read_ndjson infers from the first 100 lines; a later value that does not fit the
# inferred type is an error, as it is for null: 'got non-null value for NULL-typed column'.
# Seen: after 100 empty lists the column is List(Null), and every later element becomes null: [7, 8]
# reads as [None, None], without an error. After 100 empty objects {"b": 1} reads as {}; a struct's
# new key and a new column are dropped just so. Only a scalar after nulls raises.
# Output (the script compares what it sees with these lines):
#> 100 times [], then {"v": [7, 8]}: List(Null) {'v': [None, None]}
#> 100 times {}, then {"v": {"b": 1}}: Struct({}) {'v': {}}
#> 100 times {"a": 1}, then {"v": {"a": 1, "b": 2}, "w": 3}: Struct({'a': Int64}) {'v': {'a': 1}}
#> 100 times null, then {"v": 7}: got non-null value for NULL-typed column: 7
#> 100 times 1, then {"v": 1.5}: cannot parse '1.5' (f64) as Int64
#> 100 times [], then {"v": [7, 8]}: List(Int64) {'v': [7, 8]}
# Why it matters: a list of tags, attachments or hints is empty for a long time before somebody uses
# it. The lengths are right afterwards, so a count of elements does not show it. Give a schema, or
# infer_schema_length=None.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages polars==2.1.0

cat >look.py <<'CODE'
import io

import polars as pl


def last(first, later, **options):
    text = ('{"v": %s}' % first + chr(10)) * 100 + later + chr(10)
    try:
        frame = pl.read_ndjson(io.StringIO(text), **options)
        print(f"100 times {first}, then {later}: {frame.schema['v']} {frame.row(-1, named=True)}")
    except pl.exceptions.PolarsError as error:
        print(f"100 times {first}, then {later}: {error}")


last("[]", '{"v": [7, 8]}')
last("{}", '{"v": {"b": 1}}')
last('{"a": 1}', '{"v": {"a": 1, "b": 2}, "w": 3}')
last("null", '{"v": 7}')
last("1", '{"v": 1.5}')
last("[]", '{"v": [7, 8]}', infer_schema_length=None)
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
