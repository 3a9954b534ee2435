/** A nested value in lines that can be read: a list's elements one by one, a struct's fields by name, nulls left out. */
export function toLines(value: unknown): string[] {
  if (!Array.isArray(value)) return [describe(value)];
  if (value.length === 0) return ["(none)"];
  const lines = value.slice(0, mostLines).map((one) => (isOption(one) ? describeOption(one) : describe(one)));
  return value.length > mostLines ? [...lines, `… ${value.length - mostLines} more`] : lines;
}

/** The list that a frame holds as JSON text; undefined where it is none. */
export function parseList(text: unknown): readonly unknown[] | undefined {
  if (typeof text !== "string" || !text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An option of a question: was it ticked, and would that have been right? */
export interface Option {
  readonly id: string;
  readonly checked: boolean;
  /** Wrong options have none. */
  readonly correct?: boolean | null;
}

/** Whether this is an option of a question, by its fields. */
export function isOption(value: unknown): value is Option {
  const { id, checked } = (value ?? {}) as Partial<Option>;
  return typeof id === "string" && typeof checked === "boolean";
}

/** A ticked or an empty box. */
export function tickMark({ checked }: Option): string {
  return checked ? "☑" : "☐";
}

/** Whether an option is a right one. */
export function rightMark({ correct }: Option): string {
  return correct ? "✓" : "✗";
}

const mostLines = 8;

function describeOption(option: Option): string {
  return `${tickMark(option)} ${rightMark(option)} ${option.id}`;
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return fields.map(([name, field]) => `${name}: ${describe(field)}`).join(", ");
}
