/** The lossless conversions that a schema may name. */
export type Coercion = "instant" | "unix-seconds" | "boolean-text";

/** What each coercion asks for, in words. */
export const coercionExpects: Readonly<Record<Coercion, string>> = {
  instant: 'an ISO 8601 instant with its offset, such as "2018-01-23T14:23:19.082Z"',
  "unix-seconds": 'seconds since 1970 as text, such as "1516717442.735266"',
  "boolean-text": '"true" or "false"',
};

/** Converts text as the coercion says; undefined where the text does not fit. */
export function coerceText(coercion: Coercion, text: string): number | boolean | undefined {
  if (coercion === "instant") return toInstantMs(text);
  if (coercion === "unix-seconds") return fromUnixSeconds(text);
  return text === "true" ? true : text === "false" ? false : undefined;
}

const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d):(\d\d))$/;
const firstMs = -62_135_596_800_000;
const endMs = 253_402_300_800_000;

/**
 * Converts an ISO 8601 date and time (extended format, with Z or an offset of hours and minutes; seconds and their
 * fraction may be left out) to ms UTC. The fraction is cut after milliseconds. Undefined where the text has another
 * form, the date is not on the calendar, the time is 24:00 or a leap second, or the result falls outside the years
 * 0001 to 9999.
 */
export function toInstantMs(text: string): number | undefined {
  const parts = dateTime.exec(text);
  if (!parts) return undefined;
  const dayMs = toDayMs(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  const timeMs = toTimeMs(parts[4], parts[5], parts[6]);
  const offsetMs = toTimeMs(parts[9], parts[10]);
  if (dayMs === undefined || timeMs === undefined || offsetMs === undefined) return undefined;
  const localMs = dayMs + timeMs + toMilliseconds(parts[7]);
  return inRange(parts[8] === "-" ? localMs + offsetMs : localMs - offsetMs);
}

/** Converts seconds since 1970 (`^\d+(\.\d+)?$`) to ms by their digits, cut after milliseconds; undefined otherwise. */
export function fromUnixSeconds(text: string): number | undefined {
  const parts = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts) return undefined;
  return inRange(Number(parts[1]) * 1000 + toMilliseconds(parts[2]));
}

/** Start of a day of the calendar in ms UTC. Date moves 30 February into March: seen by the month changing. */
function toDayMs(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

function toTimeMs(hours = "0", minutes = "0", seconds = "0"): number | undefined {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  return h < 24 && m < 60 && s < 60 ? ((h * 60 + m) * 60 + s) * 1000 : undefined;
}

function toMilliseconds(fraction = ""): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}

function inRange(ms: number): number | undefined {
  return ms >= firstMs && ms < endMs ? ms : undefined;
}
