#!/usr/bin/env bash
# fastparquet reads a second file's times in the first file's unit: a thousand times off.
#
# Versions: fastparquet 2026.9.0, pyarrow 26.0.1 as the writer.
# Expected: each file says in its own footer in which unit its timestamps are, which scale its
# decimals have and how wide its integers are; a reader of several files converts them or refuses.
# Seen: the first file's type is applied to the raw numbers of all: 1.5 s written in microseconds
# after a file in milliseconds reads as 25 minutes; 1.00 of scale 4 after scale 2 reads as 100; 2^40
# after a 32-bit column reads as 0. The other way round an error of the same factor. No warning.
# Output (the script compares what it sees with these lines):
#> milliseconds, microseconds: one by one ['1970-01-01 00:00:01.500000', '1970-01-01 00:00:01.500000'], together ['1970-01-01 00:00:01.500000', '1970-01-01 00:25:00']
#> scale 2, scale 4: one by one ['1.0', '1.0'], together ['1.0', '100.0']
#> 32 bits, 64 bits: one by one ['1', '1099511627776'], together ['1', '0']
# Why it matters: pandas and Spark changed their default unit more than once, so files of one table
# differ after an upgrade. Times that are off by a factor of 1,000 show in a chart, decimals that
# are off by 100 often do not. Rewrite such files before fastparquet reads them, or read them one by
# one.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages fastparquet==2026.9.0 pyarrow==26.0.1

cat >look.py <<'CODE'
from decimal import Decimal

import fastparquet
import pyarrow as pa
import pyarrow.parquet as pq


def both(title, first, second):
    for name, values in (("first", first), ("second", second)):
        pq.write_table(pa.table({"v": values}), f"{name}.parquet")
    alone = [str(fastparquet.ParquetFile(f"{n}.parquet").to_pandas()["v"][0]) for n in ("first", "second")]
    together = fastparquet.ParquetFile(["first.parquet", "second.parquet"]).to_pandas()["v"]
    print(f"{title}: one by one {alone}, together {[str(v) for v in together]}")


both("milliseconds, microseconds", pa.array([1500], pa.timestamp("ms")), pa.array([1500000], pa.timestamp("us")))
both("scale 2, scale 4", pa.array([Decimal(1)], pa.decimal128(9, 2)), pa.array([Decimal(1)], pa.decimal128(9, 4)))
both("32 bits, 64 bits", pa.array([1], pa.int32()), pa.array([2**40], pa.int64()))
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
