import type { Table } from "../tables/tables";
import { addAbsence, createLeaves, type Leaf, type RowGroup } from "./leaves";
import { type LeafPlan, writeShredder } from "./shredding-code";
import { describeValue, MisfitError, valueChecks } from "./values";

/** Takes rows apart, column by column. */
export interface Shredder {
  readonly leaves: readonly Leaf[];
  /** Checks a row and adds it to the row group; throws MisfitError. */
  readonly shred: (row: object, group: RowGroup) => void;
}

/** What the code of a shredder is made with. */
interface Parts {
  readonly leaves: readonly Leaf[];
  readonly checks: typeof valueChecks;
  readonly places: readonly number[];
  /** Names a value's path: places stand in for its `[]`. */
  readonly fail: (path: string, expected: string, received: unknown) => never;
  /** Names the first field that an object should not have. */
  readonly failField: (path: string, names: readonly string[], object: object) => never;
  readonly addAbsence: typeof addAbsence;
}

/** The code of a table's shredders: one piece for all of them, so that it is compiled once. */
interface Prepared {
  readonly leaves: readonly LeafPlan[];
  readonly make: (parts: Parts) => (row: object) => number;
}

const known = new WeakMap<Table, Prepared>();

/** Makes the shredder of one file; it counts the rows it has seen, so that a misfit names its row. */
export function createShredder(table: Table): Shredder {
  const prepared = known.get(table) ?? prepare(table);
  known.set(table, prepared);
  const leaves = createLeaves(prepared.leaves);
  let rowIndex = 0;
  const places: number[] = [];
  const fail: Parts["fail"] = (path, expected, received) => {
    let depth = 0;
    const shown = path.replace(/\[\]/g, () => `[${places[depth++]}]`);
    throw new MisfitError(table.name, rowIndex, shown, expected, describeValue(received));
  };
  const failField: Parts["failField"] = (path, names, object) => {
    const unknown = Object.keys(object).find((name) => !names.includes(name)) ?? "";
    const at = [path, unknown].filter(Boolean).join(".");
    return fail(at, "no such column", (object as Record<string, unknown>)[unknown]);
  };
  const add = prepared.make({ leaves, checks: valueChecks, places, fail, failField, addAbsence });
  const shred: Shredder["shred"] = (row, group) => {
    group.textLength += add(row);
    group.rowCount += 1;
    rowIndex += 1;
  };
  return { leaves, shred };
}

function prepare(table: Table): Prepared {
  const { code, leaves } = writeShredder(table.columns);
  const names = "{ leaves, checks, places, fail, failField, addAbsence }";
  return { leaves, make: new Function(names, code) as Prepared["make"] };
}
