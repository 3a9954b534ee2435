#!/usr/bin/env bash
# DuckDB gives one result for two columns, d + 1 month and d + 30 days, when both stand in one query.
#
# Versions: duckdb 2.0.0.
# Expected: each column holds what it holds when it is asked for alone: 2024-01-31 plus a month is
# 2024-02-29, plus 30 days 2024-03-01.
# Seen: the second column repeats the first, whichever is first. As values INTERVAL 1 MONTH equals
# INTERVAL 30 DAYS, and so the optimizer takes the two sums for one common subexpression. One day
# and 24 hours are confused alike, which differs on the nights when clocks change. CASE and
# subtraction are affected too; without that optimizer all is right.
# Output (the script compares what it sees with these lines):
#> d + interval 1 month  ->  2024-02-29 00:00:00
#> d + interval 30 days  ->  2024-03-01 00:00:00
#> d + interval 1 month  d + interval 30 days  ->  2024-02-29 00:00:00  2024-02-29 00:00:00
#> d + interval 30 days  d + interval 1 month  ->  2024-03-01 00:00:00  2024-03-01 00:00:00
#> t + interval 1 day  ->  2024-10-28 00:00:00+01
#> t + interval 24 hours  ->  2024-10-27 23:00:00+01
#> t + interval 1 day  t + interval 24 hours  ->  2024-10-28 00:00:00+01  2024-10-28 00:00:00+01
#> case when d + interval 30 days = d + interval 1 month then 'same' else 'different' end  ->  same
#> d + interval 1 month  d + interval 30 days  ->  2024-02-29 00:00:00  2024-03-01 00:00:00
# Why it matters: due dates and retention are computed in exactly this way, several of them side by
# side, and each column looks plausible alone. No part of the query is wrong, and a test of one
# column passes. SET disabled_optimizers='common_subexpressions', or compute the two in separate
# queries.
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
con.sql("create table days as select timestamp '2024-01-31' as d, timestamptz '2024-10-27 00:00:00+02' as t")


def look(*expressions):
    columns = ", ".join(f"({expression})::varchar" for expression in expressions)
    print(*expressions, "->", *con.sql(f"select {columns} from days").fetchall()[0], sep="  ")


month, days = "d + interval 1 month", "d + interval 30 days"
look(month)
look(days)
look(month, days)
look(days, month)
look("t + interval 1 day")
look("t + interval 24 hours")
look("t + interval 1 day", "t + interval 24 hours")
look(f"case when {days} = {month} then 'same' else 'different' end")
con.sql("set disabled_optimizers = 'common_subexpressions'")
look(month, days)
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
