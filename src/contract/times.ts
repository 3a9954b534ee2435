import { dayMs, daysIn, startOfDay } from "../base/calendar";
import { toInstantMs } from "../base/instants";
import type { Entry } from "./entry";

/** A day of the calendar in days since 1970-01-01; undefined for text that is none, by ISO 8601, from 0001 to 9999. */
export function toDay(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (!year || month === undefined || day === undefined) return undefined;
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return isDay ? startOfDay(year, month, day) / dayMs : undefined;
}

/** Reads the least or greatest value of a TIMESTAMP (ms UTC) or of a DATE (days since 1970), written as text. */
export function readTimeBound(options: Entry, key: string, type: "TIMESTAMP" | "DATE"): number | undefined {
  const text = options.text(key);
  if (text === undefined) return undefined;
  const bound = type === "DATE" ? toDay(text) : toInstantMs(text);
  const expected = type === "DATE" ? "a day such as 2018-01-23" : "an instant such as 2018-01-23T14:23:19Z";
  return bound ?? options.refuse(key, expected, "write it in quotes");
}
