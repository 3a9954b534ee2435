#!/usr/bin/env bash
# pydantic writes a timedelta of 365 days as P1Y, which other libraries take for a calendar year.
#
# Versions: pydantic 2.14.4, isodate 0.7.2, pandas 3.1.1.
# Expected: a timedelta knows days and seconds, no years; it is written in days, as 364 days are:
# P364D.
# Seen: from 365 days on, years of 365 days appear: P1Y, 366 days are P1Y1D, 800 days P2Y70D.
# isodate adds a calendar year, so that from the beginning of 2024 on the end is a day off, and
# pandas refuses the text. pydantic itself reads it back right.
# Output (the script compares what it sees with these lines):
#> 364 days: P364D, ends 2024-12-30, with isodate 2024-12-30, pandas: 364 days 00:00:00
#> 365 days: P1Y, ends 2024-12-31, with isodate 2025-01-01, pandas: Invalid ISO 8601 Duration format - P1Y
#> 366 days: P1Y1D, ends 2025-01-01, with isodate 2025-01-02, pandas: Invalid ISO 8601 Duration format - P1Y1D
#> 800 days: P2Y70D, ends 2026-03-11, with isodate 2026-03-12, pandas: Invalid ISO 8601 Duration format - P2Y70D
# Why it matters: a model dumped to JSON and put on a topic is read by something else. Lengths below
# a year, those in all tests, agree. Set ser_json_timedelta="float".
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pydantic==2.14.4 isodate==0.7.2 pandas==3.1.1

cat >look.py <<'CODE'
import datetime as dt

import isodate
import pandas as pd
import pydantic

start = dt.datetime(2024, 1, 1)
for days in (364, 365, 366, 800):
    length = dt.timedelta(days=days)
    text = pydantic.TypeAdapter(dt.timedelta).dump_python(length, mode="json")
    try:
        other = str(pd.Timedelta(text))
    except ValueError as error:
        other = str(error)
    print(f"{days} days: {text}, ends {(start + length).date()}, with isodate {(start + isodate.parse_duration(text)).date()}, pandas: {other}")
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
