#!/usr/bin/env bash
# Arrow for JavaScript prints the decimal 0.100 as 100, and a decimal of 256 bits as 0.
#
# Versions: apache-arrow 21.2.0, parquet-wasm 0.8.0, hyparquet 1.31.5; pyarrow 26.0.1 as the writer.
# Expected: a value of a decimal column turns into text, or into a number, with its decimal point.
# Seen: the value is the unscaled integer: String and JSON give 100 for 0.100; the scale is to be
# had from the column's type only. A decimal256 of 40 digits gives 0. hyparquet returns numbers:
# right to 16 digits, silently rounded behind.
# Output (the script compares what it sees with these lines):
#> small scale 3 apache-arrow 100 "\"100\"" hyparquet 0.1
#> digits scale 3 apache-arrow 1234567890123456789 "\"1234567890123456789\"" hyparquet 1234567890123456.8
#> wide scale 0 apache-arrow 0 "\"0\"" hyparquet 1.2345678901234568e+39
# Why it matters: decimals are what money and exact scores are stored in. A factor of a thousand is
# seen at once, a scale of 1 or 2 in a column of percentages is not. Divide by 10 ** type.scale, or
# cast to double when writing.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0 parquet-wasm@0.8.0 hyparquet@1.31.5
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pyarrow==26.0.1

cat >write.py <<'CODE'
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

columns = {
    "small": pa.array([Decimal("0.1")], pa.decimal128(9, 3)),
    "digits": pa.array([Decimal("1234567890123456.789")], pa.decimal128(19, 3)),
    "wide": pa.array([Decimal("1234567890123456789012345678901234567890")], pa.decimal256(50, 0)),
}
pq.write_table(pa.table(columns), "decimals.parquet")
CODE
cat >look.mjs <<'CODE'
import { readFileSync } from "node:fs";
import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import wasm from "parquet-wasm/node";

const bytes = new Uint8Array(readFileSync("decimals.parquet"));
const [other] = await parquetReadObjects({ file: bytes.buffer });
const table = tableFromIPC(wasm.readParquet(bytes).intoIPCStream());
for (const { name, type } of table.schema.fields) {
  const value = table.getChild(name).get(0);
  console.log(name, "scale", type.scale, "apache-arrow", String(value), JSON.stringify(value), "hyparquet", other[name]);
}
CODE
{ PYTHONPATH=packages python3 write.py; node --no-warnings look.mjs; } | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
