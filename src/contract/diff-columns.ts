import type { ContractColumn } from "./model";
import { toBound } from "./write-column";

/** Whether rows and readers go on as before, or not. */
export type Compatibility = "compatible" | "breaking";

/** What is another in a part of a contract; what it was and is, as text. */
export interface PartChange {
  readonly kind: Compatibility;
  /** Path of the column, from the event on, or what it is worked out by. */
  readonly path: string;
  readonly change: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What adds a change: `isBreaking` or not, in words, with what was and is. */
type Tell = (isBreaking: boolean, change: string, before?: unknown, after?: unknown) => void;

/** Compares columns, or the fields of a struct, by their names. A new one that every row must have is breaking. */
export function diffColumns(
  before: readonly ContractColumn[],
  after: readonly ContractColumn[],
  isWorkedOut = false,
): PartChange[] {
  const changes: PartChange[] = [];
  for (const column of before) {
    const now = after.find(({ name }) => name === column.name);
    if (now) changes.push(...diffColumn(column, now));
    else changes.push(toChange(column, true, "column gone", column.name));
  }
  for (const column of after) {
    if (before.some(({ name }) => name === column.name)) continue;
    const isRequired = !column.nullable && !isWorkedOut;
    const change = isRequired ? "new required column" : "new column";
    changes.push(toChange(column, isRequired, change, undefined, column.name));
  }
  return changes;
}

function toChange(
  { from, derived, name }: ContractColumn,
  isBreaking: boolean,
  change: string,
  before?: unknown,
  after?: unknown,
): PartChange {
  const kind = isBreaking ? "breaking" : "compatible";
  return { kind, path: from ?? derived ?? name, change, before: toText(before), after: toText(after) };
}

function toText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function diffColumn(a: ContractColumn, b: ContractColumn): PartChange[] {
  const changes: PartChange[] = [];
  const tell: Tell = (...told) => changes.push(toChange(b, ...told));
  if (a.type !== b.type) {
    tell(true, "another type", a.type, b.type);
    return changes;
  }
  if (a.from !== b.from) tell(true, "another path", a.from, b.from);
  if (a.derived !== b.derived) tell(true, "worked out otherwise", a.derived, b.derived);
  if (a.coerce !== b.coerce) tell(true, "another coercion", a.coerce, b.coerce);
  if (a.keyPosition !== b.keyPosition) tell(true, "another key", a.keyPosition, b.keyPosition);
  if (a.nullable !== b.nullable) tell(a.nullable, b.nullable ? "may be null now" : "required now");
  if (a.unit !== b.unit) tell(true, "another unit", a.unit, b.unit);
  if (a.misfit !== b.misfit)
    tell(
      b.misfit === undefined,
      b.misfit ? "null where it does not fit now" : "refused where it does not fit now",
    );
  diffAsked(a, b, tell);
  diffMeaning(a, b, tell);
  if (a.items && b.items) changes.push(...diffColumn(a.items, b.items));
  if (a.fields && b.fields) changes.push(...diffColumns(a.fields, b.fields));
  return changes;
}

/** What refuses values: of severity warning nothing does, so there is nothing that it narrows. */
function diffAsked(a: ContractColumn, b: ContractColumn, tell: Tell): void {
  diffRange("range", rangeOf(a, a.min, a.max), rangeOf(b, b.min, b.max), tell, (bound) =>
    toBound(b.type, bound),
  );
  diffRange("length", rangeOf(a, a.minLength, a.maxLength), rangeOf(b, b.minLength, b.maxLength), tell);
  const [patternBefore, pattern] = [refusing(a)?.pattern, refusing(b)?.pattern];
  if (patternBefore !== pattern)
    tell(
      pattern !== undefined,
      pattern === undefined ? "pattern gone" : "another pattern",
      patternBefore,
      pattern,
    );
  else if (a.pattern !== b.pattern) tell(false, "another pattern, as a warning", a.pattern, b.pattern);
  diffValues(a, b, tell);
}

function refusing(column: ContractColumn): ContractColumn | undefined {
  return column.severity === "warning" ? undefined : column;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangeOf(
  column: ContractColumn,
  min = -Infinity,
  max = Infinity,
): Range & { readonly isWarning: boolean } {
  return { min, max, isWarning: refusing(column) === undefined };
}

function diffRange(
  what: string,
  a: Range & { readonly isWarning: boolean },
  b: Range & { readonly isWarning: boolean },
  tell: Tell,
  show: (bound: number) => unknown = (bound) => bound,
): void {
  const all = { min: -Infinity, max: Infinity };
  const [old, now]: readonly Range[] = [a.isWarning ? all : a, b.isWarning ? all : b];
  const text = ({ min, max }: Range) =>
    min === -Infinity && max === Infinity
      ? "any"
      : [min === -Infinity ? "" : `from ${show(min)}`, max === Infinity ? "" : `to ${show(max)}`]
          .join(" ")
          .trim();
  if (!old || !now) return;
  if (now.min > old.min || now.max < old.max) tell(true, `narrower ${what}`, text(old), text(now));
  else if (now.min < old.min || now.max > old.max) tell(false, `wider ${what}`, text(old), text(now));
  else if (a.min !== b.min || a.max !== b.max) tell(false, `another ${what}, as a warning`, text(a), text(b));
}

function diffValues(a: ContractColumn, b: ContractColumn, tell: Tell): void {
  const [old, now] = [refusing(a)?.values, refusing(b)?.values];
  const isIn = (values: ContractColumn["values"], value: string | number) =>
    !values || values.includes(value);
  const [were, are] = [a.values, b.values];
  const isSame = were?.length === are?.length && (were ?? []).every((value) => isIn(are, value));
  if (now && (!old || old.some((value) => !isIn(now, value)))) tell(true, "fewer values", old ?? "any", now);
  else if (old && (!now || now.some((value) => !isIn(old, value))))
    tell(false, "more values", old, now ?? "any");
  else if (!isSame) tell(false, "other values, as a warning", were, are);
}

/** What no row hangs on. */
function diffMeaning(a: ContractColumn, b: ContractColumn, tell: Tell): void {
  if (a.doc !== b.doc) tell(false, "another description", a.doc, b.doc);
  if (a.nullMeans !== b.nullMeans) tell(false, "null means something else", a.nullMeans, b.nullMeans);
  if (a.references !== b.references) tell(false, "another relationship", a.references, b.references);
}
