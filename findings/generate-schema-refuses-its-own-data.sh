#!/usr/bin/env bash
# generate-schema infers a JSON Schema that refuses the very object it was made from.
#
# Versions: generate-schema 2.6.0, ajv 8.20.0 and ajv-draft-04 1.0.0 as validator.
# Expected: an inferred schema accepts its sample, whatever else it accepts.
# Seen: for a list of mixed types the first type is listed twice under oneOf: number, number, string
# for [1, "x"]. oneOf asks for exactly one match, so every number is refused, and only the texts
# pass. Lists of one type are right.
# Output (the script compares what it sees with these lines):
#> {"answers":[1,2]} accepted: true {"type":"number"}
#> {"answers":[1,"x"]} accepted: false {"oneOf":[{"type":"number"},{"type":"number"},{"type":"string"}]}
#> {"answers":["x","y",1]} accepted: false {"oneOf":[{"type":"string"},{"type":"string"},{"type":"string"},{"type":"number"}]}
# Why it matters: answers are lists that mix numbers and texts. A pipeline that infers from a sample
# and enforces afterwards quarantines all events of that kind. Validate the sample with the inferred
# schema before it goes anywhere.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts generate-schema@2.6.0 ajv@8.20.0 ajv-draft-04@1.0.0

cat >look.mjs <<'CODE'
import Ajv from "ajv-draft-04";
import generate from "generate-schema";

for (const sample of [{ answers: [1, 2] }, { answers: [1, "x"] }, { answers: ["x", "y", 1] }]) {
  const schema = generate.json("Event", sample);
  const accepts = new Ajv.default({ strict: false }).compile(schema);
  console.log(JSON.stringify(sample), "accepted:", accepts(sample), JSON.stringify(schema.properties.answers.items));
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
