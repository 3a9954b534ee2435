#!/usr/bin/env bash
# DuckDB: of files read together the first decides which fields structs have; one that a later file adds vanishes, one that it
# lacks is null, while a column that it lacks is an error.
#
# Versions: @duckdb/node-api 1.5.5-r.1 (DuckDB 1.5.5), on Node.
# Expected: files that differ in a struct's fields are told as those that differ in columns: an error either way, or, by
# union_by_name, all fields.
# Seen: read_parquet refuses the file that lacks a column, takes the file that has one more without it, and treats fields of
# structs, also in lists, as neither: the values of an added field are gone without a word, a lacking one is null.
# Output (the script compares what it sees with these lines):
#> old, new field: [{"id":1,"one":{"a":1},"many":[{"a":1}]},{"id":2,"one":{"a":2},"many":[{"a":2}]}]
#> new field, old: [{"id":2,"one":{"a":2,"b":"x"},"many":[{"a":2,"b":"x"}]},{"id":1,"one":{"a":1,"b":null},"many":[{"a":1,"b":null}]}]
#> old, new column: [{"id":1,"one":{"a":1},"many":[{"a":1}]},{"id":3,"one":{"a":3},"many":[{"a":3}]}]
#> new column, old: schema mismatch in glob
#> by name: [{"id":1,"one":{"a":1,"b":null},"many":[{"a":1,"b":null}]},{"id":2,"one":{"a":2,"b":"x"},"many":[{"a":2,"b":"x"}]}]
# Why it matters: a table whose events gain a nested field reads without it for as long as its oldest file lies first.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @duckdb/node-api@1.5.5-r.1

cat >read.cjs <<'CODE'
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const write = (file, sql) => connection.run(`COPY (${sql}) TO '${file}.parquet'`);
  await write("old", "SELECT 1 AS id, {'a': 1} AS one, [{'a': 1}] AS many");
  await write("field", "SELECT 2 AS id, {'a': 2, 'b': 'x'} AS one, [{'a': 2, 'b': 'x'}] AS many");
  await write("column", "SELECT 3 AS id, {'a': 3} AS one, [{'a': 3}] AS many, 'y' AS more");
  const read = async (what, files, option = "") => {
    const list = files.map((file) => `'${file}.parquet'`).join(", ");
    const said = await connection.runAndReadAll(`FROM read_parquet([${list}]${option})`).then(
      (result) => JSON.stringify(result.getRowObjectsJson()),
      (error) => /schema mismatch in glob/.exec(error.message)?.[0] ?? error.message,
    );
    console.log(`${what}: ${said}`);
  };
  await read("old, new field", ["old", "field"]);
  await read("new field, old", ["field", "old"]);
  await read("old, new column", ["old", "column"]);
  await read("new column, old", ["column", "old"]);
  await read("by name", ["old", "field"], ", union_by_name = true");
})();
CODE
node read.cjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
