#!/usr/bin/env bash
# pandas reads the ISO 8601 duration PT1.5H as five hours and one second, and P1M as one minute.
#
# Versions: pandas 3.1.1 (with isodate 0.7.2 beside it for comparison).
# Expected: pandas.Timedelta takes ISO 8601 durations, so PT1.5H is an hour and a half, P1.5D a day
# and a half, and P1M (a month, which has no fixed length) is refused, as P1Y is.
# Seen: no error. Digits after the point are taken for seconds, and the digits before it are
# multiplied up with them: PT1.5H is 5:00:01, PT1.50H more than two days. P1M, a month, is a minute.
# Only seconds may have a fraction.
# Output (the script compares what it sees with these lines):
#> PT90M     pandas 0 days 01:30:00          isodate 1:30:00
#> PT1.5H    pandas 0 days 05:00:01          isodate 1:30:00
#> PT1.50H   pandas 2 days 02:00:01          isodate 1:30:00
#> P1.5D     pandas 5 days 00:00:01          isodate 1 day, 12:00:00
#> PT2.25M   pandas 0 days 00:25:02          isodate 0:02:15
#> PT10.25S  pandas 0 days 00:00:10.250000   isodate 0:00:10.250000
#> P1M       pandas 0 days 00:01:00          isodate 1 month, 0:00:00
# Why it matters: learning events carry durations in this form (xAPI's result.duration, Caliper's),
# and producers differ in how they write an hour and a half. The column gets a proper timedelta type
# with no null in it, so nothing later looks wrong but the averages. Land the text, and convert it
# with a parser that was tested on fractions.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pandas==3.1.1 isodate==0.7.2

cat >look.py <<'CODE'
import isodate
import pandas as pd

for text in ["PT90M", "PT1.5H", "PT1.50H", "P1.5D", "PT2.25M", "PT10.25S", "P1M"]:
    other = isodate.parse_duration(text)
    print(f"{text:9} pandas {str(pd.Timedelta(text)):24} isodate {other}")
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
