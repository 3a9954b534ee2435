#!/usr/bin/env bash
# DuckDB rounds a JSON number to a whole one when the first fraction comes after its sample.
#
# Versions: duckdb 2.0.0, polars 2.1.0 to compare.
# Expected: read_json infers BIGINT from its sample (20,480 objects); a value further down that does
# not fit is an error, as a text there is, and a new key there is.
# Seen: 2.7 becomes 3, 0.4 becomes 0, true becomes 1, and after a sample of Booleans the number 7
# becomes true: all without an error, although a text, or a key that is new, does end the query.
# polars refuses the same file.
# Output (the script compares what it sees with these lines):
#> 20,480 times 1, then 2.7, 0.4, true: duckdb BIGINT [3, 0, 1], polars ComputeError
#> 20,480 times true, then 7, 0: duckdb BOOLEAN [True, False], polars ComputeError
#> 20,480 times 1, then "seven": duckdb InvalidInputException, polars ComputeError
# Why it matters: scores are whole for the first twenty thousand events until somebody gets half a
# point; the loader that refuses half of what does not fit is trusted to refuse all. Name the types
# with columns={...} or set sample_size=-1.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages duckdb==2.0.0 polars==2.1.0

cat >look.py <<'CODE'
import duckdb
import polars as pl


def tail(first, later):
    with open("rows.ndjson", "w") as file:
        file.write(('{"v": %s}' % first + chr(10)) * 20480)
        file.writelines('{"v": %s}' % value + chr(10) for value in later)
    try:
        rows = duckdb.sql("select v from read_json('rows.ndjson') offset 20480")
        seen = f"{rows.types[0]} {[row[0] for row in rows.fetchall()]}"
    except duckdb.Error as error:
        seen = type(error).__name__
    try:
        other = pl.read_ndjson("rows.ndjson")["v"][20480:].to_list()
    except pl.exceptions.PolarsError as error:
        other = type(error).__name__
    print(f"20,480 times {first}, then {', '.join(later)}: duckdb {seen}, polars {other}")


tail("1", ["2.7", "0.4", "true"])
tail("true", ["7", "0"])
tail("1", ['"seven"'])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
