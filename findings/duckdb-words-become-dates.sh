#!/usr/bin/env bash
# DuckDB's JSON reader turns the word "epoch" into 1900-01-01, and the text "5-6-7" into a date.
#
# Versions: duckdb 2.0.0.
# Expected: read_json detects dates in texts that look like dates (2026-01-31); a column of other
# texts stays text.
# Seen: a column that holds the words epoch or infinity (in any case) becomes DATE, with the value
# 1900-01-01: not even the values that SQL gives these words (1970-01-01 and infinity). Section
# numbers such as 5-6-7 become 2005-06-07, and a length of 1:30 becomes half past one. One row of
# other text keeps the column text.
# Output (the script compares what it sees with these lines):
#> ['epoch'] -> DATE ['1900-01-01']
#> ['infinity', '2026-01-31'] -> DATE ['1900-01-01', '2026-01-31']
#> ['5-6-7', '12-11-10'] -> DATE ['2005-06-07', '2012-11-10']
#> ['1:30'] -> TIME ['01:30:00']
#> ['5-6-7', 'intro'] -> VARCHAR ['5-6-7', 'intro']
#> SQL itself: ('1970-01-01', 'infinity')
# Why it matters: the type depends on the values of one batch: the same field is VARCHAR on Monday
# and DATE on Tuesday, with the text gone where it was written as Parquet. Name the types with
# columns={...}.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages duckdb==2.0.0

cat >look.py <<'CODE'
import json

import duckdb

for texts in (["epoch"], ["infinity", "2026-01-31"], ["5-6-7", "12-11-10"], ["1:30"], ["5-6-7", "intro"]):
    with open("rows.ndjson", "w") as file:
        file.writelines(json.dumps({"v": text}) + chr(10) for text in texts)
    rows = duckdb.sql("select v from read_json('rows.ndjson')")
    print(texts, "->", rows.types[0], [str(row[0]) for row in rows.fetchall()])
print("SQL itself:", duckdb.sql("select 'epoch'::date::varchar, 'infinity'::date::varchar").fetchall()[0])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
