/**
 * Reads an instant in the form that most programs write, as in `2018-01-23T14:23:19.082Z`, with milliseconds or without,
 * by its characters alone: a tenth of what all forms of ISO 8601 take. In ms UTC; undefined for every other text, be it
 * another form or no instant.
 */
export function readPlainInstant(text: string): number | undefined {
  const hasMs = text.length === 24;
  if (!hasMs && text.length !== 20) return undefined;
  if (!hasMarks(text) || (hasMs && text.charCodeAt(19) !== 0x2e)) return undefined;
  const [year, month, day] = [100 * twoAt(text, 0) + twoAt(text, 2), twoAt(text, 5), twoAt(text, 8)];
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return undefined;
  const [hour, minute, second] = [twoAt(text, 11), twoAt(text, 14), twoAt(text, 17)];
  const ms = hasMs ? 10 * twoAt(text, 20) + digitAt(text, 22) : 0;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && ms >= 0)) return undefined;
  return (((daysBefore(year, month) + day - 1) * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms;
}

function hasMarks(text: string): boolean {
  return (
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(text.length - 1) === 0x5a
  );
}

/** NaN where there is no digit. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

function twoAt(text: string, at: number): number {
  return 10 * digitAt(text, at) + digitAt(text, at + 1);
}

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (lengths[month - 1] ?? 0);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const before = lengths.map((_, month) => lengths.slice(0, month).reduce((sum, days) => sum + days, 0));

/** Days from 1970 to the first of a month. */
function daysBefore(year: number, month: number): number {
  const years = year - 1;
  const leaps = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leaps - 719_162 + (before[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0);
}
