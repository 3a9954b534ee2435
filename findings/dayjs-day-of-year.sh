#!/usr/bin/env bash
# dayjs takes the day 366 of 2024 for December 2026, and a Unix time as text for the year 1699.
#
# Versions: dayjs 1.11.23, luxon 3.7.2 to compare.
# Expected: an ISO 8601 ordinal date (year and day of the year) is understood or invalid, and so is
# a text of ten digits.
# Seen: both are taken apart as year, month, day with rests: 2024-366 becomes the month 36, day 6;
# 1700000000 the year 1700 with month 0 and day 0. isValid() is true. JavaScript's own Date gets
# 2024-045 right.
# Output (the script compares what it sees with these lines):
#> 2024-001 dayjs 2023-12-01 valid true luxon 2024-01-01
#> 2024-045 dayjs 2024-04-05 valid true luxon 2024-02-14
#> 2024-366 dayjs 2026-12-06 valid true luxon 2024-12-31
#> 1700000000 dayjs 1699-11-30 valid true luxon null
#> 1700000000000 dayjs 1699-11-30 valid true luxon null
# Why it matters: ordinal dates come from satellites, mainframes and batch systems; times as texts
# of digits from JSON encoders that fear large numbers. Neither is seen unless somebody looks at the
# range of dates in the column.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dayjs@1.11.23 luxon@3.7.2

cat >look.mjs <<'CODE'
import dayjs from "dayjs";
import utc from "dayjs/plugin/utc.js";
import { DateTime } from "luxon";

dayjs.extend(utc);
for (const text of ["2024-001", "2024-045", "2024-366", "1700000000", "1700000000000"]) {
  const date = dayjs.utc(text);
  console.log(text, "dayjs", date.format("YYYY-MM-DD"), "valid", date.isValid(), "luxon", DateTime.fromISO(text, { zone: "utc" }).toISODate());
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
