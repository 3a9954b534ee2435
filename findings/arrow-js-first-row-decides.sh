#!/usr/bin/env bash
# Arrow for JavaScript drops keys of nested objects that the first row does not have.
#
# Versions: apache-arrow 21.2.0.
# Expected: tableFromJSON finds the keys of nested objects in all rows, as it does for the columns
# themselves, and as vectorFromArray does for the same objects.
# Seen: columns come from all rows, the keys inside a struct from the first row only: { a: 2, b: 3 }
# loses its b without an error, in lists too. Of 1 and "x" in one column the first decides as well:
# text after a number is NaN, a number after text is text.
# Output (the script compares what it sees with these lines):
#> [{"v":{"a":1}},{"v":{"a":2,"b":3}}] -> Struct<{a:Float64}> {"v": {"a":1}} {"v": {"a":2}}
#> [{"v":{"a":1,"b":null}},{"v":{"a":2,"b":3}}] -> Struct<{a:Float64}> {"v": {"a":1}} {"v": {"a":2}}
#> [{"v":[{"a":1}]},{"v":[{"a":2,"b":3}]}] -> List<Struct<{a:Float64}>> {"v": [{"a":1}]} {"v": [{"a":2}]}
#> [{"v":1},{"v":"x"}] -> Float64 {"v": 1} {"v": NaN}
#> [{"v":"x"},{"v":1}] -> Dictionary<Int32, Utf8> {"v": "x"} {"v": "1"}
#> vectorFromArray: Struct<{a:Float64, b:Float64}>
# Why it matters: optional keys of nested events are lost whenever the first event of a batch lacks
# them. The column is there, the rows are there, and nested keys are what nobody counts. Give an
# explicit Struct type.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0

cat >look.mjs <<'CODE'
import { tableFromJSON, vectorFromArray } from "apache-arrow";

const show = (rows) => {
  const table = tableFromJSON(rows);
  console.log(JSON.stringify(rows), "->", String(table.schema.fields[0].type), table.toArray().map((row) => String(row)).join(" "));
};
show([{ v: { a: 1 } }, { v: { a: 2, b: 3 } }]);
show([{ v: { a: 1, b: null } }, { v: { a: 2, b: 3 } }]);
show([{ v: [{ a: 1 }] }, { v: [{ a: 2, b: 3 }] }]);
show([{ v: 1 }, { v: "x" }]);
show([{ v: "x" }, { v: 1 }]);
console.log("vectorFromArray:", String(vectorFromArray([{ a: 1 }, { a: 2, b: 3 }]).type));
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
