#!/usr/bin/env bash
# parquetjs-lite stores the date 2026-01-31 as a day of 1975, "false" as true and 1.7 as 1.
#
# Versions: parquetjs-lite 0.8.7, read back with hyparquet 1.31.5.
# Expected: a writer with a schema refuses what its type does not hold, as it refuses "x" in a
# DOUBLE and 2^31 in an INT32.
# Seen: texts are read by parseInt: the year becomes the number of days or milliseconds since 1970.
# Booleans go by JavaScript's truth, fractions are cut off, and an INT64 that is given as a BigInt
# still loses digits above 2^53, because it is turned into a Number on the way. No error in any of
# these.
# Output (the script compares what it sees with these lines):
#> DATE 2026-01-31 -> 1975-07-20T00:00:00.000Z
#> TIMESTAMP_MILLIS 2026-01-31T10:00:00Z -> 1970-01-01T00:00:02.026Z
#> BOOLEAN false -> true
#> INT32 1.7 -> 1
#> INT64 9007199254740993n -> 9007199254740992n
#> DOUBLE x -> invalid value for DOUBLE: x
#> INT32 2147483648 -> invalid value for INT32: 2147483648
# Why it matters: JSON has no dates and no BigInt: a time in an event is exactly such a text. The
# file is valid, and every reader shows the same wrong value. Convert and check each value before it
# is appended.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts parquetjs-lite@0.8.7 hyparquet@1.31.5

cat >look.mjs <<'CODE'
import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import parquet from "parquetjs-lite";

const stored = async (type, value) => {
  try {
    const writer = await parquet.ParquetWriter.openFile(new parquet.ParquetSchema({ v: { type } }), "one.parquet");
    await writer.appendRow({ v: value });
    await writer.close();
    return (await parquetReadObjects({ file: new Uint8Array(readFileSync("one.parquet")).buffer }))[0].v;
  } catch (error) {
    return error;
  }
};
const tries = [["DATE", "2026-01-31"], ["TIMESTAMP_MILLIS", "2026-01-31T10:00:00Z"], ["BOOLEAN", "false"], ["INT32", 1.7], ["INT64", 9007199254740993n], ["DOUBLE", "x"], ["INT32", 2 ** 31]];
for (const [type, value] of tries) console.log(type, value, "->", await stored(type, value));
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
