#!/usr/bin/env bash
# In tidy.js the mean of "3" and 4 is 4, the median 3.5 and the sum 7.
#
# Versions: @tidyjs/tidy 2.6.1.
# Expected: summaries of one column treat its values alike: all of them convert texts of digits, as
# d3 does, or none.
# Seen: sum and median convert texts, and count "" as 0, true as 1 and a list [7] as 7; mean leaves
# out whatever is not of type number. So mean is not sum divided by n, and where every value is a
# text the mean is undefined while the sum is a number.
# Output (the script compares what it sees with these lines):
#> [3,4] { mean: 3.5, median: 3.5, sum: 7, n: 2 }
#> ["3",4] { mean: 4, median: 3.5, sum: 7, n: 2 }
#> ["3","5"] { mean: undefined, median: 4, sum: 8, n: 2 }
#> ["",4] { mean: 4, median: 2, sum: 4, n: 2 }
#> [true,4] { mean: 4, median: 2.5, sum: 5, n: 2 }
#> [[7],4] { mean: 4, median: 5.5, sum: 11, n: 2 }
#> [null,4] { mean: 4, median: 4, sum: 4, n: 2 }
# Why it matters: numbers that came through CSV or a form are texts in some rows. The chart of means
# then shows the other rows only. Convert and check each column before summarizing.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tidyjs/tidy@2.6.1

cat >look.mjs <<'CODE'
import { mean, median, n, sum, summarize, tidy } from "@tidyjs/tidy";

for (const values of [[3, 4], ["3", 4], ["3", "5"], ["", 4], [true, 4], [[7], 4], [null, 4]]) {
  const rows = values.map((v) => ({ v }));
  console.log(JSON.stringify(values), tidy(rows, summarize({ mean: mean("v"), median: median("v"), sum: sum("v"), n: n() }))[0]);
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
