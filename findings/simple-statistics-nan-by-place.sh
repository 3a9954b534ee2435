#!/usr/bin/env bash
# In simple-statistics max, min and median depend on where in the list a NaN stands.
#
# Versions: simple-statistics 7.12.1.
# Expected: NaN is left out everywhere, or makes the result NaN everywhere.
# Seen: a NaN that comes first makes max and min NaN, any other one is ignored. median of the same
# three values is NaN, 1 or 3 by their order. mean is NaN always.
# Output (the script compares what it sees with these lines):
#> [ NaN, 3, 1 ] max NaN min NaN median NaN mean NaN
#> [ 3, NaN, 1 ] max 3 min 1 median 3 mean NaN
#> [ 3, 1, NaN ] max 3 min 1 median 1 mean NaN
#> [ 1, 3, NaN ] max 3 min 1 median 1 mean NaN
#> [ NaN, 2, 1 ] max NaN min NaN median NaN mean NaN
#> [ 2, NaN, 1 ] max 2 min 1 median 2 mean NaN
# Why it matters: a score that could not be parsed is NaN, and the order of events differs from run
# to run: figures that cannot be reproduced. Filter with Number.isFinite first.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts simple-statistics@7.12.1

cat >look.mjs <<'CODE'
import { max, mean, median, min } from "simple-statistics";

for (const values of [[NaN, 3, 1], [3, NaN, 1], [3, 1, NaN], [1, 3, NaN], [NaN, 2, 1], [2, NaN, 1]]) {
  console.log(values, "max", max(values), "min", min(values), "median", median(values), "mean", mean(values));
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
