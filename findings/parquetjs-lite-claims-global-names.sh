#!/usr/bin/env bash
# parquetjs-lite: reading its Thrift classes makes each of them a global variable, over what has that name already.
#
# Versions: parquetjs-lite 0.8.7.
# Expected: a CommonJS module hands out what it exports and leaves the names of the program that loads it alone.
# Seen: its generated code assigns without declaring, so that loading it adds a global for each class: Statistics,
# RowGroup, PageHeader and dozens more. A program's own global of such a name is another one afterwards, without a word,
# and a script that takes a class out by its name (const { Statistics } = require(...)) ends before it has begun.
# Output (the script compares what it sees with these lines):
#> globals that came: 35
#> among them: PageHeader RowGroup
#> my own Statistics afterwards: function
#> const { Statistics } = require(...): TypeError: Assignment to constant variable.
# Why it matters: a notebook's kernel runs cells as scripts of one program, where Statistics is a likely name; what a
# cell has called so is gone once another one has written a Parquet file.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts parquetjs-lite@0.8.7

cat >look.cjs <<'CODE'
globalThis.Statistics = { mean: 3 };
const before = new Set(Object.getOwnPropertyNames(globalThis));
require("parquetjs-lite/gen-nodejs/parquet_types");
const came = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
console.log(`globals that came: ${came.length}`);
const some = ["PageHeader", "RowGroup"].filter((name) => came.includes(name));
console.log(`among them: ${some.join(" ")}`);
console.log(`my own Statistics afterwards: ${typeof globalThis.Statistics}`);
CODE
{
  node look.cjs
  { node -e 'const { Statistics } = require("parquetjs-lite/gen-nodejs/parquet_types");' 2>&1 || true; } |
    sed -n 's/^TypeError/const { Statistics } = require(...): &/p'
} | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
