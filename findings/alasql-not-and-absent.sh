#!/usr/bin/env bash
# alasql: WHERE NOT x = 1 keeps rows whose x is null, WHERE x <> 1 drops them; GROUP BY makes two groups of null and absent.
#
# Versions: alasql 4.19.1.
# Expected: by SQL, a comparison with NULL is unknown and so is its negation: both conditions keep the same rows. A key that a
# row of JSON does not have reads as NULL, so GROUP BY has one group for both.
# Seen: NOT turns the unknown into true, so two conditions that mean the same in every database keep different rows; and rows
# without the key are a group beside the one of null, which a table of the result shows as two lines for nothing.
# Output (the script compares what it sees with these lines):
#> x <> 1: 3 rows
#> NOT x = 1: 5 rows
#> NOT (x IN (1)): 5 rows
#> x NOT IN (1): 3 rows
#> GROUP BY k: {"k":"a","n":3} {"k":"b","n":1} {"k":null,"n":1} {"n":1}
# Why it matters: attempts without a score pass a filter on the score or not by how its author spelled it, and counts by course
# have two lines for attempts that name none.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts alasql@4.19.1

cat >look.cjs <<'CODE'
const alasql = require("alasql");
const rows = [{ k: "a", x: 1 }, { k: "a", x: null }, { k: "a", x: 3 }, { k: "b", x: null }, { k: null, x: 5 }, { x: 6 }];
for (const condition of ["x <> 1", "NOT x = 1", "NOT (x IN (1))", "x NOT IN (1)"])
  console.log(`${condition}: ${alasql(`SELECT x FROM ? WHERE ${condition}`, [rows]).length} rows`);
const groups = alasql("SELECT k, COUNT(*) AS n FROM ? GROUP BY k", [rows]);
console.log(`GROUP BY k: ${groups.map((one) => JSON.stringify(one)).join(" ")}`);
CODE
node look.cjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
