import { dayMs, daysIn, daysInYear, startOfDay, startOfWeeks, weeksIn } from "./calendar";
import { describeForm } from "./instant-form";
import { readPlainInstant } from "./plain-instant";

/**
 * What ISO 8601 and RFC 3339 allow for a date and a time with its offset from UTC: years of four digits with month and
 * day, week and weekday, or day of the year; T or a blank; hours alone, or with minutes and seconds, and a fraction of
 * the last of them; Z, or an offset of hours or of hours and minutes; letters of either case. Hyphens and colons, or
 * none.
 */
const form =
  /^(?<year>\d{4})(?<hyphen>-?)(?:(?<month>\d\d)\k<hyphen>(?<day>\d\d)|[Ww](?<week>\d\d)\k<hyphen>(?<weekday>\d)|(?<ordinal>\d{3}))[Tt ](?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d))?)?(?:[.,](?<fraction>\d+))?(?:[Zz]|(?<sign>[+\-\u2212])(?<offsetHour>\d\d)(?::?(?<offsetMinute>\d\d))?)$/;

type Parts = Readonly<Record<string, string | undefined>>;

const firstMs = -62_135_596_800_000;
const endMs = 253_402_300_800_000;

/** An instant in ms UTC, or in words what should stand at the part that is wrong. */
export type ReadInstant = { readonly ms: number } | { readonly expected: string };

/** Reads an instant as readInstant does; undefined where the text is none. */
export function toInstantMs(text: string): number | undefined {
  const read = readInstant(text);
  return "ms" in read ? read.ms : undefined;
}

/**
 * Reads a date and a time with its offset from UTC, in any form of ISO 8601 and RFC 3339. A fraction is cut after
 * milliseconds; 24:00:00 is the start of the next day. No instant is a day that the calendar doesn't have, a leap
 * second (it would be told as its neighbour), or what falls outside the years 0001 to 9999.
 */
export function readInstant(text: string): ReadInstant {
  const plain = readPlainInstant(text);
  if (plain !== undefined) return { ms: plain };
  const parts: Parts | undefined = form.exec(text)?.groups;
  if (!parts) return { expected: describeForm(text) };
  const [date, time, offset] = [readDate(parts), readTime(parts), readOffset(parts)];
  if ("expected" in date) return date;
  if ("expected" in time) return time;
  if ("expected" in offset) return offset;
  const ms = date.ms + time.ms - offset.ms;
  return ms >= firstMs && ms < endMs ? { ms } : { expected: "a year from 0001 to 9999, in UTC" };
}

function readDate({ year, month, day, week, weekday, ordinal }: Parts): ReadInstant {
  const y = Number(year);
  if (month !== undefined) return readDay(y, Number(month), Number(day));
  if (week !== undefined) return readWeekday(y, Number(week), Number(weekday));
  const last = daysInYear(y);
  const isThere = Number(ordinal) >= 1 && Number(ordinal) <= last;
  return isThere
    ? { ms: startOfDay(y, 1, Number(ordinal)) }
    : { expected: `a day of the year from 001 to ${last}` };
}

function readDay(year: number, month: number, day: number): ReadInstant {
  if (month < 1 || month > 12) return { expected: "a month from 01 to 12" };
  const last = daysIn(year, month);
  if (day >= 1 && day <= last) return { ms: startOfDay(year, month, day) };
  return { expected: `a day from 01 to ${last}, which that month has` };
}

function readWeekday(year: number, week: number, weekday: number): ReadInstant {
  const last = weeksIn(year);
  if (week < 1 || week > last) return { expected: `a week from 01 to ${last}, which that year has` };
  if (weekday < 1 || weekday > 7) return { expected: "a weekday from 1 to 7" };
  return { ms: startOfWeeks(year) + (7 * (week - 1) + weekday - 1) * dayMs };
}

function readTime({ hyphen, hour, colon, minute, second, fraction }: Parts): ReadInstant {
  if (minute !== undefined && (hyphen === "") !== (colon === ""))
    return {
      expected: hyphen
        ? "a time with colons, as the date has hyphens"
        : "a time without colons, as the date has no hyphens",
    };
  const [h, m, s] = [Number(hour), Number(minute ?? 0), Number(second ?? 0)];
  if (m > 59) return { expected: "minutes from 00 to 59" };
  if (s === 60) return { expected: "seconds from 00 to 59 (a leap second has no number of its own)" };
  if (s > 59) return { expected: "seconds from 00 to 59" };
  const unit = second !== undefined ? 1000 : minute !== undefined ? 60_000 : 3_600_000;
  const ms = ((h * 60 + m) * 60 + s) * 1000 + cutFraction(fraction, unit);
  const isIn = h < 24 || (ms === dayMs && !/[1-9]/.test(fraction ?? ""));
  return isIn ? { ms } : { expected: "hours from 00 to 23, or 24:00:00" };
}

function readOffset({ sign, offsetHour, offsetMinute }: Parts): ReadInstant {
  const [h, m] = [Number(offsetHour ?? 0), Number(offsetMinute ?? 0)];
  if (h > 23 || m > 59) return { expected: "an offset from UTC of less than 24 hours and 60 minutes" };
  const ms = (h * 60 + m) * 60_000;
  return { ms: sign === "+" ? ms : -ms };
}

/** A fraction of so many ms, by its digits; those past the thirtieth make no difference that counts. */
function cutFraction(fraction: string | undefined, unit: number): number {
  if (fraction === undefined) return 0;
  if (unit === 1000) return Number(fraction.slice(0, 3).padEnd(3, "0"));
  const digits = fraction.slice(0, 30);
  return Number((BigInt(digits) * BigInt(unit)) / 10n ** BigInt(digits.length));
}
