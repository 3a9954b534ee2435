#!/usr/bin/env bash
# Arrow for JavaScript concatenates tables by position: the values change columns.
#
# Versions: apache-arrow 21.2.0.
# Expected: table.concat(other) matches columns by name, or refuses tables whose schemas differ.
# Seen: the schema is the first table's, and the second table's columns are put under it in their
# own order: correct and total swap places, and a column 'wrong' is filed under 'correct'. No error;
# the types may even differ.
# Output (the script compares what it sees with these lines):
#> other key order: Schema<{ 0: correct: Float64, 1: total: Float64 }>
#>    {"correct":3,"total":10}
#>    {"correct":20,"total":4}
#> other column: Schema<{ 0: correct: Float64 }>
#>    {"correct":3}
#>    {"correct":7}
# Why it matters: tables built from JSON take the key order of their first row, and two producers,
# or two versions of one, order keys differently. After concat every row is well formed and half of
# them are wrong. Select the columns by name first.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0

cat >look.mjs <<'CODE'
import { tableFromJSON } from "apache-arrow";

const show = (title, table) => {
  console.log(title, String(table.schema));
  for (const row of table) console.log("  ", JSON.stringify(row.toJSON()));
};
show("other key order:", tableFromJSON([{ correct: 3, total: 10 }]).concat(tableFromJSON([{ total: 20, correct: 4 }])));
show("other column:", tableFromJSON([{ correct: 3 }]).concat(tableFromJSON([{ wrong: 7 }])));
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
