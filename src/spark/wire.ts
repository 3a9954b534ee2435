import type { Failure } from "../contract/failures";

/** A field that holds nothing, as Spark's TRANSFORM writes and reads it. */
export const nothing = "\\N";

/** Joins fields to a line; JSON and hexadecimal digits hold neither tabs nor line ends. */
export function toLine(fields: readonly string[]): string {
  return fields.join("\t");
}

/** Writes rows as JSON, whole numbers of 64 bits as text. */
export function toRowText(rows: unknown): string {
  return JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `${value}` : value));
}

/** What is told of a failure. */
export const failureColumns = ["path", "rule", "expected", "received"] as const;

/** Writes failures as JSON, in text that UTF-8 can hold. */
export function toFailureText(failures: readonly Failure[]): string {
  return JSON.stringify(
    failures.map((one) => Object.fromEntries(failureColumns.map((name) => [name, wellFormed(one[name])]))),
  );
}

/** As every encoder has it: a lone surrogate becomes U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
