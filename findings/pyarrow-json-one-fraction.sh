#!/usr/bin/env bash
# One time with milliseconds turns the whole column of times into text in pyarrow's JSON reader.
#
# Versions: pyarrow 26.0.1.
# Expected: a column of ISO 8601 times becomes timestamps, whether or not some have a fraction, and
# keeps the zone that all of them have.
# Seen: only times without a fraction are recognized; a single .5 makes all of them strings.
# Recognized times are shifted to UTC and then come as timestamp[s] without a zone, so that Z,
# +02:00 and no offset at all look alike afterwards. Whole numbers beside a fraction become doubles,
# so that 9007199254740993 ends in 2.
# Output (the script compares what it sees with these lines):
#> ["2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z"] -> timestamp[s] ['2026-01-31 10:00:00', '2026-01-31 10:00:01']
#> ["2026-01-31T10:00:00Z", "2026-01-31T10:00:01.5Z"] -> string ['2026-01-31T10:00:00Z', '2026-01-31T10:00:01.5Z']
#> ["2026-01-31T10:00:00+02:00"] -> timestamp[s] ['2026-01-31 08:00:00']
#> ["2026-01-31T10:00:00"] -> timestamp[s] ['2026-01-31 10:00:00']
#> [9007199254740993, 0.5] -> double ['9007199254740992.0', '0.5']
# Why it matters: encoders leave the fraction out when it is zero, so files of one topic differ in
# type by chance, and a dataset over them fails or compares text with times. Pass
# ParseOptions(explicit_schema=...).
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pyarrow==26.0.1

cat >look.py <<'CODE'
import io
import json

import pyarrow.json


def read(*values):
    text = "".join(json.dumps({"v": value}) + chr(10) for value in values)
    column = pyarrow.json.read_json(io.BytesIO(text.encode()))["v"]
    print(json.dumps(values), "->", column.type, [str(value) for value in column.to_pylist()])


read("2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z")
read("2026-01-31T10:00:00Z", "2026-01-31T10:00:01.5Z")
read("2026-01-31T10:00:00+02:00")
read("2026-01-31T10:00:00")
read(9007199254740993, 0.5)
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
