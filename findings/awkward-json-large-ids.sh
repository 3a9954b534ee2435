#!/usr/bin/env bash
# awkward reads the JSON number 18446744073709551615 as -1.
#
# Versions: awkward 2.14.0.
# Expected: a whole number above 2^63 is read as unsigned, as a float, or refused; one number more,
# 2^64, is read as a float.
# Seen: numbers from 2^63 to 2^64 - 1 wrap to negative ones in from_json, without an error.
# from_iter refuses the same numbers.
# Output (the script compares what it sees with these lines):
#> 9223372036854775807 from_json 9223372036854775807 from_iter 9223372036854775807
#> 9223372036854775808 from_json -9223372036854775808 from_iter RuntimeError
#> 18446744073709551615 from_json -1 from_iter RuntimeError
#> 18446744073709551616 from_json 1.8446744073709552e+19 from_iter RuntimeError
# Why it matters: hashes and random ids of 64 bits fall into that range half of the time. Two
# systems then disagree on half of the keys, and a join finds the other half, which looks like
# missing data.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages awkward==2.14.0

cat >look.py <<'CODE'
import awkward as ak

for text in ("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"):
    array = ak.from_json('[{"id": %s}]' % text)
    try:
        other = ak.from_iter([int(text)]).to_list()[0]
    except RuntimeError as error:
        other = type(error).__name__
    print(text, "from_json", array["id"].to_list()[0], "from_iter", other)
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
