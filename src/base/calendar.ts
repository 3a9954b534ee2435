/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** Start of a day in ms UTC; days and months beyond the calendar run on into the next or the last ones. */
export function startOfDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day); // Date.UTC takes the years 0 to 99 for 1900 to 1999
}

/** How many days a month has. */
export function daysIn(year: number, month: number): number {
  return new Date(startOfDay(year, month + 1, 0)).getUTCDate();
}

/** How many days a year has. */
export function daysInYear(year: number): number {
  return daysIn(year, 2) + 337;
}

/** Start of the Monday of a year's first week in ms UTC: the week with 4 January (ISO 8601). */
export function startOfWeeks(year: number): number {
  const fourth = startOfDay(year, 1, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * dayMs;
}

/** How many weeks a year has: 52 or 53 (ISO 8601). */
export function weeksIn(year: number): number {
  return (startOfWeeks(year + 1) - startOfWeeks(year)) / (7 * dayMs);
}

/** A day, given in days since 1970-01-01, as ISO 8601 text; it ends where a JavaScript Date does, 10^8 days from there. */
export function toDateText(days: number): string {
  return new Date(days * dayMs).toISOString().slice(0, -14);
}
