import type { Column, ScalarType, Table } from "../tables/tables";
import { addAbsence, createLeaf, hasStatistics, type Leaf, type RowGroup } from "./leaves";
import { describeValue, MisfitError, valueChecks } from "./values";

/** Takes rows apart, column by column. */
export interface Shredder {
  readonly leaves: readonly Leaf[];
  /** Checks a row and adds it to the row group; throws MisfitError. */
  readonly shred: (row: object, group: RowGroup) => void;
}

/** What the parts of a shredder share while they take one row apart. */
interface Work {
  /** UTF-16 units of the row's text so far, and what its lists come to. */
  textLength: number;
  /** Which element of each list around the value is being added, the outermost first. */
  readonly places: number[];
  /** Throws, naming a value's path: places stand in for its `[]`. */
  readonly fail: (path: string, expected: string, received: unknown) => never;
}

/**
 * Adds one value to its leaves (Dremel's levels): `repetition` is the level of the list that it goes on, 0 where a row
 * begins.
 */
type Put = (value: unknown, repetition: number, work: Work) => void;

/** What an entry of a list counts for beside text, in UTF-16 units: its levels and value take about that much memory. */
const entryLength = 8;

/** A column made ready, with the leaves that it ends in. */
interface Part {
  readonly put: Put;
  readonly leaves: readonly Leaf[];
}

/** Where a column stands. */
interface Place {
  /** Its path in the file, `list` and `element` included. */
  readonly path: readonly string[];
  /** Its path in messages, `[]` behind each list. */
  readonly shown: string;
  /** Levels of what stands around it: lists, and all that may be absent. */
  readonly repetition: number;
  readonly definition: number;
}

/** Makes the shredder of one file; it counts the rows it has seen, so that a misfit names its row. */
export function createShredder(table: Table): Shredder {
  let rowIndex = 0;
  const work: Work = {
    textLength: 0,
    places: [],
    fail: (path, expected, received) => {
      let depth = 0;
      const shown = path.replace(/\[\]/g, () => `[${work.places[depth++]}]`);
      throw new MisfitError(table.name, rowIndex, shown, expected, describeValue(received));
    },
  };
  const around: Place = { path: [], shown: "", repetition: 0, definition: 0 };
  const { put, leaves } = toStructPart(table.columns, around);
  const shred: Shredder["shred"] = (row, group) => {
    work.textLength = 0;
    put(row, 0, work);
    group.textLength += work.textLength;
    group.rowCount += 1;
    rowIndex += 1;
  };
  return { leaves, shred };
}

function toPart(column: Column, place: Place): Part {
  const { type, nullable } = column;
  if (typeof type === "string") return toScalarPart(type, nullable, place);
  const inner = nullable ? { ...place, definition: place.definition + 1 } : place;
  const part = "struct" in type ? toStructPart(type.struct, inner) : toListPart(type.list, inner);
  if (!nullable) return part;
  const { put, leaves } = part;
  return {
    leaves,
    put: (value, repetition, work) => {
      if (value === null) addAbsence(leaves, repetition, place.definition);
      else put(value, repetition, work);
    },
  };
}

function toScalarPart(type: ScalarType, nullable: boolean, place: Place): Part {
  const { path, shown, definition } = place;
  const isRepeated = place.repetition > 0;
  const { fits, expected: asked } = valueChecks[type];
  const expected = nullable ? `${asked}, or null` : asked;
  const present = nullable ? definition + 1 : definition;
  const leaf = createLeaf(path, type, { maxRepetition: place.repetition, maxDefinition: present });
  const { rlevels, dlevels, values } = leaf;
  const isText = type === "STRING";
  const isCounted = hasStatistics(type, isRepeated);
  const put: Put = (value, repetition, work) => {
    if (isRepeated) rlevels.push(repetition);
    if (value === null && nullable) {
      dlevels.push(definition);
      return;
    }
    if (!fits(value)) work.fail(shown, expected, value);
    dlevels.push(present);
    values.push(value as never);
    if (isText) work.textLength += (value as string).length;
    if (isCounted && value !== leaf.last) {
      leaf.distinct.add(value);
      leaf.last = value;
    }
  };
  return { put, leaves: [leaf] };
}

function toStructPart(fields: readonly Column[], place: Place): Part {
  const { path, shown } = place;
  const prefix = shown === "" ? "" : `${shown}.`;
  const parts = fields.map((field) => {
    const own = { ...place, path: [...path, field.name], shown: `${prefix}${field.name}` };
    return { name: field.name, ...toPart(field, own) };
  });
  const put: Put = (value, repetition, work) => {
    const values = toFieldValues(value, fields, shown, work);
    for (const part of parts) part.put(values[part.name], repetition, work);
  };
  return { put, leaves: parts.flatMap(({ leaves }) => leaves) };
}

function toListPart(element: Column, place: Place): Part {
  const { path, shown, definition } = place;
  const level = place.repetition + 1;
  const { put: putElement, leaves } = toPart(element, {
    path: [...path, "list", "element"],
    shown: `${shown}[]`,
    repetition: level,
    definition: definition + 1,
  });
  const elementLength = leaves.length * entryLength;
  const put: Put = (items, repetition, work) => {
    if (!Array.isArray(items)) return work.fail(shown, "a list", items);
    if (items.length === 0) return addAbsence(leaves, repetition, definition);
    work.textLength += items.length * elementLength;
    const depth = level - 1;
    for (let index = 0; index < items.length; index++) {
      work.places[depth] = index;
      putElement(items[index], index === 0 ? repetition : level, work);
    }
  };
  return { put, leaves };
}

function toFieldValues(
  row: unknown,
  columns: readonly Column[],
  path: string,
  { fail }: Work,
): Record<string, unknown> {
  if (typeof row !== "object" || row === null) return fail(path || "the row", "an object", row);
  const values = row as Record<string, unknown>;
  let count = 0;
  for (const _ in row) count++; // without a list of the names
  if (count <= columns.length) return values;
  const unknown = Object.keys(row).find((name) => !columns.some((column) => column.name === name)) ?? "";
  return fail([path, unknown].filter(Boolean).join("."), "no such column", values[unknown]);
}
