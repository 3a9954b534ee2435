#!/usr/bin/env bash
# data-forge joins and groups by what a key looks like as text: times half a second apart are one.
#
# Version: data-forge 1.10.5.
# Expected: a join finds rows whose keys are equal, a group has rows of one key.
# Seen: keys become names of an object's properties. A Date's text has no milliseconds, so three
# times within one second are the same key; so are the number 1 and the text "1", null and the
# text "null", and any two objects. distinct(), of the same library, tells the times apart.
# Output (the script compares what it sees with these lines):
#> times joined: a at .001 with c at .500, b at .999 with c at .500
#> groups of two times: 1, distinct: 2
#> joined: 1 with "1", null with "null"
#> groups of {"x":1} and {"y":2}: 1
# Why it matters: events are matched that happened apart, and a missing key meets whoever is called
# "null". Make the key text that tells all it should: toISOString(), JSON.stringify().
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts data-forge@1.10.5

cat >look.cjs <<'CODE'
const { DataFrame } = require("data-forge");

const at = (ms) => new Date(`2026-01-31T10:00:00.${ms}Z`);
const show = (time) => `.${time.toISOString().slice(20, 23)}`;
const left = new DataFrame([{ at: at("001"), name: "a" }, { at: at("999"), name: "b" }]);
const right = new DataFrame([{ at: at("500"), name: "c" }]);
const pairs = left.join(right, (row) => row.at, (row) => row.at, (one, other) =>
  `${one.name} at ${show(one.at)} with ${other.name} at ${show(other.at)}`);
console.log(`times joined: ${pairs.toArray().join(", ")}`);
const groups = left.groupBy((row) => row.at);
console.log(`groups of two times: ${groups.count()}, distinct: ${left.getSeries("at").distinct().count()}`);
const values = new DataFrame([{ key: 1 }, { key: null }]);
const texts = new DataFrame([{ key: "1" }, { key: "null" }]);
const alike = values.join(texts, (row) => row.key, (row) => row.key, (one, other) =>
  `${JSON.stringify(one.key)} with ${JSON.stringify(other.key)}`);
console.log(`joined: ${alike.toArray().join(", ")}`);
const objects = new DataFrame([{ key: { x: 1 } }, { key: { y: 2 } }]);
console.log(`groups of {"x":1} and {"y":2}: ${objects.groupBy((row) => row.key).count()}`);
CODE
node look.cjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
