import { canonicalJson } from "../base/json";
import { type Compatibility, diffColumns, type PartChange } from "./diff-columns";
import type { Contract, ContractRule, ContractSummary, ContractTable } from "./model";

/** One thing that is another from one contract to the next. */
export interface ContractChange extends PartChange {
  /** The table that it is about; null for the contract itself. */
  readonly table: string | null;
}

/**
 * Says what changed from one contract to another, tables and columns matched by name. Compatible is what leaves every row
 * that landed as it is, and takes every event that was taken, but for values at paths of new columns, which were never
 * asked about. Breaking ones come first.
 */
export function diffContracts(before: Contract, after: Contract): ContractChange[] {
  const changes = [
    ...diffRoot(before, after),
    ...diffTables(before.tables, after.tables, diffTable, "compatible"),
    ...diffTables(before.summaries, after.summaries, diffSummary, "breaking"),
  ];
  return sortChanges(changes);
}

/** Puts what breaks first; else the order stays. */
export function sortChanges<C extends { readonly kind: Compatibility }>(changes: readonly C[]): C[] {
  return [...changes].sort((a, b) => Number(a.kind === "compatible") - Number(b.kind === "compatible"));
}

function diffRoot(a: Contract, b: Contract): ContractChange[] {
  const changes: ContractChange[] = [];
  const tell = (isBreaking: boolean, change: string, before: unknown, after: unknown) =>
    changes.push({
      kind: isBreaking ? "breaking" : "compatible",
      table: null,
      path: "$",
      change,
      before: before === undefined ? null : canonicalJson(before),
      after: after === undefined ? null : canonicalJson(after),
    });
  const isOther = (one: unknown, other: unknown) => canonicalJson(one) !== canonicalJson(other);
  if (isOther(a.source, b.source)) tell(true, "another source", a.source, b.source);
  if (isOther(a.identity, b.identity)) tell(true, "another identity", a.identity, b.identity);
  if (a.unknownPaths !== b.unknownPaths)
    tell(b.unknownPaths === "refused", "unknown paths mean something else", a.unknownPaths, b.unknownPaths);
  return changes;
}

function diffTables<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  diff: (a: T, b: T) => PartChange[],
  kindOfNew: Compatibility,
): ContractChange[] {
  const own = ({ name: table }: T, changes: readonly PartChange[]) =>
    changes.map((change): ContractChange => ({ ...change, table }));
  const whole = (kind: Compatibility, change: string): PartChange => ({
    kind,
    path: "$",
    change,
    before: null,
    after: null,
  });
  return [
    ...before.flatMap((table) => {
      const now = after.find(({ name }) => name === table.name);
      return own(table, now ? diff(table, now) : [whole("breaking", "table gone")]);
    }),
    ...after
      .filter(({ name }) => !before.some((table) => table.name === name))
      .flatMap((table) => own(table, [whole(kindOfNew, "new table")])),
  ];
}

function diffTable(a: ContractTable, b: ContractTable): PartChange[] {
  const path = b.row;
  const row: PartChange = { kind: "breaking", path, change: "another row", before: a.row, after: b.row };
  const isOther = canonicalJson(a.foreignKeys) !== canonicalJson(b.foreignKeys);
  const keys: PartChange = {
    kind: "compatible",
    path,
    change: "another relationship",
    before: null,
    after: null,
  };
  return [
    ...(a.row === b.row ? [] : [row]),
    ...diffDoc(a, b, path),
    ...diffColumns(a.columns, b.columns),
    ...diffRules(a.rules, b.rules, path),
    ...(isOther ? [keys] : []),
  ];
}

/** What no sum hangs on. */
const ofWords = /^(?:another description|null means something else|another relationship)$/;

/** Sums are kept, not the values: what a summary is made of has to be summed up from the first row on. */
function diffSummary(a: ContractSummary, b: ContractSummary): PartChange[] {
  const other: PartChange = {
    kind: "breaking",
    path: "$",
    change: "sums over another table",
    before: a.of,
    after: b.of,
  };
  return [
    ...(a.of === b.of ? [] : [other]),
    ...diffDoc(a, b, "$"),
    ...diffColumns(a.columns, b.columns, true).map(
      (one): PartChange => (ofWords.test(one.change) ? one : { ...one, kind: "breaking" }),
    ),
  ];
}

function diffDoc(a: { readonly doc?: string }, b: { readonly doc?: string }, path: string): PartChange[] {
  if (a.doc === b.doc) return [];
  const [before, after] = [a.doc ?? null, b.doc ?? null];
  return [{ kind: "compatible", path, change: "another description", before, after }];
}

/** A rule refuses rows by its severity error alone. */
function diffRules(
  before: readonly ContractRule[],
  after: readonly ContractRule[],
  path: string,
): PartChange[] {
  const refusing = (rule: ContractRule | undefined) => (rule?.severity === "error" ? rule.holds : undefined);
  const show = (rule: ContractRule | undefined) =>
    rule ? `${rule.severity} ${rule.name}: ${rule.holds}` : null;
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].flatMap((name): PartChange[] => {
    const [a, b] = [before, after].map((rules) => rules.find((rule) => rule.name === name));
    if (show(a ?? undefined) === show(b ?? undefined)) return [];
    const isBreaking = refusing(b) !== undefined && refusing(a) !== refusing(b);
    const change = a ? (b ? "another rule" : "rule gone") : "new rule";
    return [{ kind: isBreaking ? "breaking" : "compatible", path, change, before: show(a), after: show(b) }];
  });
}
