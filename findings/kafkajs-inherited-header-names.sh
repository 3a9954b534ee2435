#!/usr/bin/env bash
# kafkajs: a record's header named "constructor" or "valueOf" is read back as a list that begins with a function.
#
# Versions: kafkajs 2.2.4.
# Expected: each header comes back under its name with the bytes that were sent.
# Seen: kafkajs gathers the headers of a record in a plain object and asks by obj[key] whether the name was there
# before. For names that every object inherits it was, so the function that is inherited becomes the first value, and
# the header that was sent the second. Other names come back as they were sent.
# Output (the script compares what it sees with these lines):
#> sent: ["constructor","schema"]  read: constructor = [function Object, "v1"]; schema = "v1"
#> sent: ["valueOf"]  read: valueOf = [function valueOf, "v1"]
# Why it matters: producers choose header names, and tracing and schema tools take words from their own languages. Code
# that makes text of headers[name] lands a function's source text, or fails, on a message that is sound.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts kafkajs@2.2.4

cat >look.cjs <<'CODE'
// what a producer sends and what a consumer makes of it, without the broker between them
const encodeRecord = require("kafkajs/src/protocol/recordBatch/record/v0");
const decodeRecord = require("kafkajs/src/protocol/recordBatch/record/v0/decoder");
const Decoder = require("kafkajs/src/protocol/decoder");

const show = (value) => {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  return typeof value === "function" ? `function ${value.name}` : JSON.stringify(String(value));
};

function look(names) {
  const headers = Object.fromEntries(names.map((key) => [key, Buffer.from("v1")]));
  const { buffer } = encodeRecord({ key: null, value: Buffer.from("{}"), headers });
  const decoder = new Decoder(buffer);
  decoder.readVarInt(); // the record's length
  const read = decodeRecord(decoder, { firstOffset: "0", firstTimestamp: "0" }).headers;
  const shown = Object.entries(read).map(([key, value]) => `${key} = ${show(value)}`);
  console.log(`sent: ${JSON.stringify(names)}  read: ${shown.join("; ")}`);
}

look(["constructor", "schema"]);
look(["valueOf"]);
CODE
node --no-warnings look.cjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
