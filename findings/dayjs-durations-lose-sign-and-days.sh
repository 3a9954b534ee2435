#!/usr/bin/env bash
# dayjs reads -PT5M as plus five minutes, PT0,5S as nothing, and writes 31 days as P1MT14H.
#
# Versions: dayjs 1.11.23 with its duration plugin, iso8601-duration 2.1.4, luxon 3.7.2 to compare.
# Expected: a leading minus, which ISO 8601-2 allows, and the decimal comma, which ISO 8601 prefers,
# are understood or refused; a length in days is written in days.
# Seen: dayjs and iso8601-duration drop the sign without a word, although dayjs itself writes it
# (-PT1.5S). dayjs takes PT0,5S for zero. iso8601-duration drops the days of P1Y1.5D. dayjs writes
# 31 days as a month of 30.4 days and 14 hours, which luxon reads as 30.58 days.
# Output (the script compares what it sees with these lines):
#> PT5M seconds: dayjs 300 iso8601-duration 300 luxon 300
#> -PT5M seconds: dayjs 300 iso8601-duration 300 luxon -300
#> PT0.5S seconds: dayjs 0.5 iso8601-duration 0.5 luxon 0.5
#> PT0,5S seconds: dayjs 0 iso8601-duration 0.5 luxon 0.5
#> P1Y1.5D seconds: dayjs 31665600 iso8601-duration 31536000 luxon 31665600
#> 30 days: dayjs writes P30D luxon reads 30.00
#> 31 days: dayjs writes P1MT14H luxon reads 30.58
#> 60 days: dayjs writes P1M29DT14H luxon reads 59.58
# Why it matters: corrections of time spent are negative, half seconds are written with a comma in
# half of Europe, and months are not what anybody measured. Exchange seconds as a number.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dayjs@1.11.23 iso8601-duration@2.1.4 luxon@3.7.2

cat >look.mjs <<'CODE'
import dayjs from "dayjs";
import duration from "dayjs/plugin/duration.js";
import { parse, toSeconds } from "iso8601-duration";
import { Duration } from "luxon";

dayjs.extend(duration);
for (const text of ["PT5M", "-PT5M", "PT0.5S", "PT0,5S", "P1Y1.5D"]) {
  console.log(text, "seconds: dayjs", dayjs.duration(text).asSeconds(), "iso8601-duration", toSeconds(parse(text), new Date("2023-01-01")), "luxon", Duration.fromISO(text).as("seconds"));
}
for (const days of [30, 31, 60]) {
  const text = dayjs.duration(days, "days").toISOString();
  console.log(days, "days: dayjs writes", text, "luxon reads", Duration.fromISO(text).as("days").toFixed(2));
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
