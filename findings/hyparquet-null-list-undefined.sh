#!/usr/bin/env bash
# hyparquet gives null for a null number, but undefined for a null list or struct.
#
# Versions: hyparquet 1.31.5, hyparquet-writer 0.17.0.
# Expected: an optional column that is null in a row reads as null, whatever its type.
# Seen: for lists, structs and maps it reads as undefined: === null is false, JSON.stringify leaves
# the key out, and writing the rows out again as NDJSON makes 'there is no list' look like 'the
# column is not in this file'. Empty lists are right.
# Output (the script compares what it sees with these lines):
#> { score: 1, tags: [ 'a' ] } {"score":1,"tags":["a"]}
#> { score: null, tags: [] } {"score":null,"tags":[]}
#> { score: null, tags: undefined } {"score":null}
# Why it matters: TypeScript that asks row.answers === null takes the row for one that has a list,
# and the loop over it throws. Ask with == null.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts hyparquet@1.31.5 hyparquet-writer@0.17.0

cat >look.mjs <<'CODE'
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";

const list = [{ name: "root", num_children: 2 }, { name: "score", type: "INT32", repetition_type: "OPTIONAL" },
  { name: "tags", converted_type: "LIST", repetition_type: "OPTIONAL", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }];
const file = parquetWriteBuffer({ schema: list, columnData: [{ name: "score", data: [1, null, null] }, { name: "tags", data: [["a"], [], null] }] });
for (const row of await parquetReadObjects({ file })) console.log(row, JSON.stringify(row));
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
