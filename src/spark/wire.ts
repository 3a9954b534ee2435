import type { Refusal } from "../events/readers";

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

/** Writes why tables refuse an event as JSON, in text that UTF-8 can hold. */
export function toRefusalText(refusals: readonly Refusal[]): string {
  const toFailure = (one: Refusal["failures"][number]) =>
    Object.fromEntries(failureColumns.map((name) => [name, wellFormed(one[name])]));
  return JSON.stringify(
    refusals.map(({ table, failures }) => ({ table, failures: failures.map(toFailure) })),
  );
}

/** As every encoder has it: a lone surrogate becomes U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
