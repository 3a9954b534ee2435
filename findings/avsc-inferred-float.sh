#!/usr/bin/env bash
# avsc infers 32-bit floats for numbers, so a time in milliseconds comes back up to a minute off.
#
# Versions: avsc 5.7.9, the most used Avro library for JavaScript.
# Expected: Type.forValue(sample) gives a type that holds the sample: long or double for numbers
# that need them.
# Seen: every number that is no 32-bit integer becomes Avro's float, which has 24 bits of mantissa.
# A time in milliseconds, a valid Avro long, is off by 39 seconds after one round trip; 0.1 comes
# back as 0.10000000149011612; two times 39 s apart become one. Nothing is thrown; double is only
# chosen above 2^53.
# Output (the script compares what it sees with these lines):
#> 1700000000123 -> 1700000038912
#>   inferred "float"
#> {"at":1700000000123,"score":0.1} -> {"at":1700000038912,"score":0.10000000149011612}
#>   inferred {"type":"record","fields":[{"name":"at","type":"float"},{"name":"score","type":"float"}]}
#> [0.5,16777217] -> [0.5,16777216]
#>   inferred {"type":"array","items":"float"}
#> [1700000000123,1700000039034] -> [1700000038912,1700000038912]
#>   inferred {"type":"array","items":"float"}
# Why it matters: inferring a schema from a sample and encoding with it is the first thing the
# library offers. Who produces Avro to Kafka this way has lost times, scores and large ids before
# anybody reads the topic. Write long and double into the schema by hand.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts avsc@5.7.9

cat >look.mjs <<'CODE'
import avsc from "avsc";

for (const value of [1700000000123, { at: 1700000000123, score: 0.1 }, [0.5, 16777217], [1700000000123, 1700000039034]]) {
  const type = avsc.Type.forValue(value);
  console.log(JSON.stringify(value), "->", JSON.stringify(type.fromBuffer(type.toBuffer(value))));
  console.log("  inferred", JSON.stringify(type.schema()));
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
