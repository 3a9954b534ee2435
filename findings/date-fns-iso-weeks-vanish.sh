#!/usr/bin/env bash
# date-fns writes a duration of two weeks as no duration at all, and reads 24:00 a day apart in two packages.
#
# Versions: date-fns 4.4.0, date-fns-tz 3.2.0.
# Expected: formatISODuration writes all parts of date-fns's own Duration type, which has weeks;
# date-fns-tz reads a time as date-fns does.
# Seen: weeks are left out: { weeks: 2 } is P0Y0M0DT0H0M0S, { weeks: 2, days: 1 } one day. The end
# of a day, 2024-05-01T24:00:00, which ISO 8601 allows, is the 2nd of May for parseISO and the 1st
# for date-fns-tz's toDate and fromZonedTime.
# Output (the script compares what it sees with these lines):
#> {"weeks":2} P0Y0M0DT0H0M0S
#> {"weeks":2,"days":1} P0Y0M1DT0H0M0S
#> {"days":14} P0Y0M14DT0H0M0S
#> 2024-05-01T23:59:59Z parseISO 2024-05-01T23:59:59.000Z toDate 2024-05-01T23:59:59.000Z fromZonedTime 2024-05-01T23:59:59.000Z
#> 2024-05-01T24:00:00Z parseISO 2024-05-02T00:00:00.000Z toDate 2024-05-01T00:00:00.000Z fromZonedTime 2024-05-01T00:00:00.000Z
# Why it matters: course lengths are in weeks, and deadlines are at 24:00. A deadline that is a day
# early marks a whole day's work as late, without an error anywhere.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts date-fns@4.4.0 date-fns-tz@3.2.0

cat >look.mjs <<'CODE'
import { formatISODuration, parseISO } from "date-fns";
import { fromZonedTime, toDate } from "date-fns-tz";

for (const parts of [{ weeks: 2 }, { weeks: 2, days: 1 }, { days: 14 }]) console.log(JSON.stringify(parts), formatISODuration(parts));
for (const time of ["2024-05-01T23:59:59Z", "2024-05-01T24:00:00Z"]) {
  const zoned = fromZonedTime(time.slice(0, -1), "UTC");
  console.log(time, "parseISO", parseISO(time).toISOString(), "toDate", toDate(time).toISOString(), "fromZonedTime", zoned.toISOString());
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
