import { formatCount } from "../base/text";
import type { ContractColumn } from "../contract/model";
import { parsePath } from "../contract/paths";
import type { InferredField } from "./infer";
import { Names } from "./propose-names";
import { kindOf } from "./propose-scalar";
import { type FieldTree, partOf, proposeValue, toColumn, toContractPath } from "./propose-value";

/** A table on its way into a contract. */
export interface TableDraft {
  /** Path of a row, as inference writes it; "" is the event. */
  readonly row: string;
  readonly columns: readonly ContractColumn[];
  /** About a column, and about the table, such as what is left out. */
  readonly notes: ReadonlyMap<ContractColumn, readonly string[]>;
  readonly tableNotes: readonly string[];
}

/** What a table has beside the values of its rows: what tells them from others, and where they come from. */
export interface Around {
  /** Columns that stand before the others; their names are given first. */
  readonly first: readonly ContractColumn[];
  readonly last: readonly ContractColumn[];
}

/** The most columns that a table of a contract may have. */
const mostColumns = 500;

interface Found {
  readonly column: ContractColumn;
  readonly notes: readonly string[];
  /** In how many rows it is absent or null. */
  readonly missing: number;
}

/** Gathers what a row has: a column for each value, of objects within it too, and the arrays that are rows themselves. */
interface Gathering {
  readonly tree: FieldTree;
  readonly row: string;
  readonly rowCount: number;
  readonly found: Found[];
  readonly tableNotes: string[];
  readonly rows: InferredField[];
}

/**
 * Drafts the table whose rows stand at a path, and tells the arrays and maps of objects below, which are tables of their
 * own.
 */
export function draftTable(
  tree: FieldTree,
  row: string,
  rowCount: number,
  around: Around,
): { readonly draft: TableDraft; readonly rows: readonly InferredField[] } {
  const gathering: Gathering = { tree, row, rowCount, found: [], tableNotes: [], rows: [] };
  gather(gathering, row, false);
  const { found, tableNotes, rows } = gathering;
  const taken = around.first.map(({ from }) => from);
  const own = found.filter(({ column }) => !taken.includes(column.from));
  const room = mostColumns - around.first.length - around.last.length;
  if (own.length > room) tableNotes.push(`left out: ${own.length - room} more columns than a table may have`);
  return { draft: { row, tableNotes, ...named(row, own.slice(0, room), around) }, rows };
}

function gather(into: Gathering, path: string, isMissing: boolean): void {
  const { tree } = into;
  for (const field of tree.keysOf(path)) {
    const missing = isMissing || field.count < field.parentCount || field.nullCount > 0;
    const kind = kindOf(field)?.kind;
    const part = partOf(tree, field);
    const isRows =
      part && kindOf(part)?.kind === "object" && !tree.entriesOf(part.path) && part.nullCount === 0;
    if (toContractPath(part?.path ?? field.path) === undefined) leaveOut(into, field, "more than 32 steps");
    else if (isRows) {
      into.rows.push(part);
      noteOthers(into, field);
      noteOthers(into, part);
    } else if (kind === "object" && !part && tree.keysOf(field.path).length > 0) {
      noteOthers(into, field);
      gather(into, field.path, missing || (kindOf(field)?.others ?? 0) > 0);
    } else addColumn(into, field, missing);
  }
}

function addColumn(into: Gathering, field: InferredField, isMissing: boolean): void {
  const proposed = proposeValue(into.tree, field);
  if ("leftOut" in proposed) {
    leaveOut(into, field, proposed.leftOut);
    return;
  }
  const column = toColumn("", field, proposed.shape, isMissing);
  const missing = into.rowCount - field.count + field.nullCount;
  into.found.push({ column, missing, notes: [...proposed.notes, ...describeMissing(into, missing)] });
}

/** What is seldom missing may be a mistake; said once for columns that follow each other. */
function describeMissing({ found, rowCount }: Gathering, missing: number): string[] {
  const isSeldom = missing > 0 && missing <= rowCount / 100;
  if (!isSeldom || found.at(-1)?.missing === missing) return [];
  const count = `${formatCount(missing)} of ${formatCount(rowCount)} rows`;
  return [`decide: absent or null in ${count}, maybe with those that follow; required: true refuses them`];
}

function leaveOut({ tableNotes }: Gathering, { path }: InferredField, reason: string): void {
  tableNotes.push(`left out: ${path}: ${reason}`);
}

/** Objects and arrays that are sometimes something else: a row is refused for it. */
function noteOthers({ tableNotes }: Gathering, field: InferredField): void {
  const { kind, others = 0 } = kindOf(field) ?? {};
  if (others > 0)
    tableNotes.push(
      `decide: ${field.path} is no ${kind} in ${formatCount(others)}; rows are refused for that`,
    );
}

/** Names columns by their last key where only one has it, else by all keys below the row, else with that of the row. */
function named(
  row: string,
  found: readonly Found[],
  { first, last }: Around,
): Pick<TableDraft, "columns" | "notes"> {
  const names = new Names();
  const before = first.map((column) => ({
    ...column,
    name: names.give([column.name, `row_${column.name}`]),
  }));
  const keys = found.map(({ column }) => keysOf(column.from ?? ""));
  const lastKeys = keys.map((all) => (all.at(-1) ?? "").toLowerCase());
  const columns = found.map(({ column }, at) => {
    const all = keys[at] ?? [];
    const isAlone = lastKeys.filter((key) => key === lastKeys[at]).length === 1;
    const own = all.join("_");
    const wanted = [
      ...(isAlone ? [all.at(-1) ?? ""] : []),
      own,
      ...keysOf(row.replace(/[[{].$/, ""))
        .slice(-1)
        .map((key) => `${key}_${own}`),
    ];
    return { ...column, name: names.give(wanted) };
  });
  const behind = last.map((column) => ({
    ...column,
    name: names.give([column.name, `message_${column.name}`]),
  }));
  const notes = found.flatMap(({ notes }, at) => {
    const column = columns[at];
    return column && notes.length > 0 ? [[column, notes] as const] : [];
  });
  return { columns: [...before, ...columns, ...behind], notes: new Map(notes) };
}

/** The keys behind the last array or map of a path. */
export function keysOf(path: string): string[] {
  const steps = parsePath(path) ?? [];
  const start = steps.findLastIndex((step) => "each" in step) + 1;
  return steps.slice(start).flatMap((step) => ("key" in step ? [step.key] : []));
}
