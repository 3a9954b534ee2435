#!/usr/bin/env bash
# On the night the clocks change dayjs's startOf("hour") is later than the time itself, or an hour too early.
#
# Versions: dayjs 1.11.23 with its utc and timezone plugins, luxon 3.7.2 to compare.
# Expected: the start of the hour is at most an hour before the time, and never after it.
# Seen: in Berlin on the autumn night 02:30+02:00 (00:30 UTC) starts at 01:00 UTC, half an hour
# later, so the two different hours merge into the second. On the spring night 01:59:59 starts at
# 00:00 local time, an hour and 59 minutes before. luxon is right in all.
# Output (the script compares what it sees with these lines):
#> 2024-10-27T00:30:00Z local 2024-10-27T02:30:00+02:00 hour starts: dayjs 2024-10-27T01:00:00.000Z luxon 2024-10-27T00:00:00.000Z
#> 2024-10-27T01:30:00Z local 2024-10-27T02:30:00+01:00 hour starts: dayjs 2024-10-27T01:00:00.000Z luxon 2024-10-27T01:00:00.000Z
#> 2024-03-31T00:59:59Z local 2024-03-31T01:59:59+01:00 hour starts: dayjs 2024-03-30T23:00:00.000Z luxon 2024-03-31T00:00:00.000Z
#> 2024-06-15T00:30:00Z local 2024-06-15T02:30:00+02:00 hour starts: dayjs 2024-06-15T00:00:00.000Z luxon 2024-06-15T00:00:00.000Z
# Why it matters: events per hour in local time are the usual activity chart: one bucket is doubled
# and one is empty twice a year, and a window start after its own event breaks a check start <=
# time. Truncate in UTC.
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
import timezone from "dayjs/plugin/timezone.js";
import utc from "dayjs/plugin/utc.js";
import { DateTime } from "luxon";

dayjs.extend(utc);
dayjs.extend(timezone);
const zone = "Europe/Berlin";
for (const time of ["2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z", "2024-03-31T00:59:59Z", "2024-06-15T00:30:00Z"]) {
  const ours = dayjs(time).tz(zone);
  const other = DateTime.fromISO(time, { zone }).startOf("hour").toUTC().toISO();
  console.log(time, "local", ours.format(), "hour starts: dayjs", ours.startOf("hour").toISOString(), "luxon", other);
}
CODE
node --no-warnings look.mjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
