#!/usr/bin/env bash
# In Arrow for JavaScript a key that a row lacks becomes false or an empty text, not null.
#
# Versions: apache-arrow 21.2.0.
# Expected: tableFromJSON turns rows into columns; a key that a row does not have is null there, as
# with an explicit null.
# Seen: null stays null, but a missing key becomes false in a Boolean column and the empty text in a
# text column, both counted as values (nullCount does not see them). In a column of numbers a
# missing key becomes NaN. It stays so in the IPC bytes, and for every reader of them.
# Output (the script compares what it sees with these lines):
#> { passed: true, answer: 'b', score: 1 }
#> { passed: null, answer: null, score: null }
#> { passed: false, answer: '', score: NaN }
#> passed nulls: 1
#> answer nulls: 1
#> score nulls: 1
# Why it matters: optional keys are the rule in nested JSON: 'passed' left out of an event reads as
# failed, and an unanswered question as an answer without text. Fill in explicit nulls before
# building the table.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0

cat >look.mjs <<'CODE'
import { tableFromIPC, tableFromJSON, tableToIPC } from "apache-arrow";

const rows = [{ passed: true, answer: "b", score: 1 }, { passed: null, answer: null, score: null }, {}];
const table = tableFromIPC(tableToIPC(tableFromJSON(rows)));
for (const row of table) console.log(row.toJSON());
for (const name of ["passed", "answer", "score"]) console.log(name, "nulls:", table.getChild(name).nullCount);
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
