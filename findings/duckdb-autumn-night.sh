#!/usr/bin/env bash
# On the night the clocks go back DuckDB finds 60 minutes, but 0 hours, between two times.
#
# Versions: duckdb 2.0.0, with the session's time zone Europe/Berlin.
# Expected: TIMESTAMPTZ is an instant: differences in hours are real hours, and two instants an hour
# apart are in two hours.
# Seen: date_trunc('hour') of 00:30 and 01:30 UTC is the same instant, though they are printed as
# 02:30+02 and 02:30+01; date_diff says 0 hours and 60 minutes, and age() no time at all. date_sub,
# time_bucket and subtraction are right. The cast of a text with an offset to TIMESTAMP drops the
# offset: noon in Berlin, London and Los Angeles are one time.
# Output (the script compares what it sees with these lines):
#> t                                 2024-10-27 02:30:00+02 2024-10-27 02:30:00+01
#> date_trunc('hour', t)             2024-10-27 02:00:00+01 2024-10-27 02:00:00+01
#> time_bucket(interval 1 hour, t)   2024-10-27 02:00:00+02 2024-10-27 02:00:00+01
#> date_diff('hour', min(t), max(t)) = 0
#> date_diff('minute', min(t), max(t)) = 60
#> age(max(t), min(t)) = 0:00:00
#> date_sub('hour', min(t), max(t)) = 1
#> max(t) - min(t) = 1:00:00
#> cast to timestamp: ['2024-06-15 12:00:00', '2024-06-15 12:00:00', '2024-06-15 12:00:00']
# Why it matters: counts per hour and session lengths are computed with these functions, and the
# zone is the machine's unless it is set, so the same query gives other sums elsewhere. SET
# timezone='UTC' first.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages duckdb==2.0.0

cat >look.py <<'CODE'
import duckdb

con = duckdb.connect()
con.sql("set timezone = 'Europe/Berlin'")
con.sql("create table times as select unnest(['2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z'])::timestamptz as t")
for expression in ("t", "date_trunc('hour', t)", "time_bucket(interval 1 hour, t)"):
    print(f"{expression:33}", *[row[0] for row in con.sql(f"select ({expression})::varchar from times order by t").fetchall()])
for expression in ("date_diff('hour', min(t), max(t))", "date_diff('minute', min(t), max(t))", "age(max(t), min(t))", "date_sub('hour', min(t), max(t))", "max(t) - min(t)"):
    print(expression, "=", con.sql(f"select {expression} from times").fetchall()[0][0])
print("cast to timestamp:", [con.sql(f"select '2024-06-15T12:00:00{offset}'::timestamp::varchar").fetchall()[0][0] for offset in ("+02:00", "+01:00", "-07:00")])
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
