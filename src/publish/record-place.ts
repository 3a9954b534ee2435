import type { RawRow } from "../tables/tables";
import { originHeaders } from "./deliveries";

/** Where the record stands that a message was published from, so far as its headers say; null for what they don't. */
export interface RecordPlace {
  /** The file's name, without its folders. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  /** The record's place among the file's records, from 0. */
  readonly record: number | null;
}

/** Reads the headers that `publish` writes. */
export function toRecordPlace(headers: RawRow["headers"]): RecordPlace {
  const text = (name: string) => headers.find(({ key }) => key === name)?.value ?? null;
  const whole = (name: string) => (/^\d{1,15}$/.test(text(name) ?? "") ? Number(text(name)) : null);
  const { name, line, index } = originHeaders;
  return { file: text(name), line: whole(line), record: whole(index) };
}
