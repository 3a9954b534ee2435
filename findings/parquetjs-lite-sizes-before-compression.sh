#!/usr/bin/env bash
# parquetjs-lite writes the compressed size of a column as its uncompressed size, too.
#
# Versions: parquetjs-lite 0.8.7, hyparquet-writer 0.17.0 for comparison, pyarrow 26.0.1 as the reader.
# Expected: a footer says of each column how large its pages are as they are stored and before they
# were compressed, and total_byte_size of a row group is the sum of the latter.
# Seen: for parquetjs-lite both numbers are the stored size. Ten thousand texts of 200 characters,
# two megabytes, are in the footer as a fraction of that, before and after alike.
# Output (the script compares what it sees with these lines):
#> hyparquet-writer: stored smaller than before True, a row group's bytes cover its text True
#> parquetjs-lite: stored smaller than before False, a row group's bytes cover its text False
# Why it matters: readers plan memory by total_byte_size: whoever gathers row groups until they come to
# 128 MB gathers many times as much. Look at the values of some rows instead.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts parquetjs-lite@0.8.7 hyparquet-writer@0.17.0
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages pyarrow==26.0.1

cat >write.mjs <<'CODE'
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import parquet from "parquetjs-lite";

// each text is another one, so that no dictionary stands in for them
const texts = Array.from({ length: 10_000 }, (_, index) => `${index} `.padEnd(200, "abc"));
const columnData = [{ name: "text", data: texts, type: "STRING", encoding: "PLAIN" }];
const compressors = { GZIP: (bytes) => new Uint8Array(gzipSync(bytes)) };
writeFileSync("hyparquet-writer.parquet", new Uint8Array(parquetWriteBuffer({ columnData, codec: "GZIP", compressors })));
const schema = new parquet.ParquetSchema({ text: { type: "UTF8", compression: "GZIP" } });
const writer = await parquet.ParquetWriter.openFile(schema, "parquetjs-lite.parquet", { rowGroupSize: 10_000, pageSize: 10_000, useDataPageV2: false });
for (const text of texts) await writer.appendRow({ text });
await writer.close();
CODE
cat >read.py <<'CODE'
import pyarrow.parquet as pq

for name in ["hyparquet-writer", "parquetjs-lite"]:
    file = pq.ParquetFile(f"{name}.parquet")
    group = file.metadata.row_group(0)
    column = group.column(0)
    text = sum(len(value) for value in file.read_row_group(0)["text"].to_pylist())
    smaller = column.total_compressed_size < column.total_uncompressed_size
    print(f"{name}: stored smaller than before {smaller}, a row group's bytes cover its text {group.total_byte_size >= text}")
CODE
{ node --no-warnings write.mjs && PYTHONPATH=packages python3 read.py; } | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
