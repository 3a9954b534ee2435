import type { ContractColumn, ContractTable } from "./model";
import { coercionTypes } from "./odcs-keys";
import { parsePath, type Step, startsWith } from "./paths";
import { findPatternProblem } from "./patterns";
import type { Problems } from "./problems";

/** How deep lists and structs may be nested. */
const deepest = 16;

/** What a column may come from beside paths: where the row stands. */
export const ofPlace = {
  "@partition": "INT32",
  "@offset": "INT64",
  "@event": "INT32",
  "@index": "INT32",
  "@key": "STRING",
} as const;

/** Finds what contradicts itself in a table's columns. */
export function checkColumns(table: ContractTable, problems: Problems): void {
  const row = parsePath(table.row) ?? [];
  for (const column of table.columns) {
    checkColumn(column, problems, 0);
    if (column.from !== undefined) checkFrom(column, column.from, row, problems);
  }
  const positions = table.columns.flatMap(({ keyPosition }) => keyPosition ?? []).sort((a, b) => a - b);
  const isCounted = positions.every((position, index) => position === index + 1);
  if (!isCounted)
    problems.addTo(
      table,
      ["properties"],
      "primaryKeyPosition 1, 2, ...",
      positions,
      "count the primary keys from 1",
    );
}

/** A column has one value a row: it comes from the row, or from what stands around it. */
function checkFrom(column: ContractColumn, from: string, row: readonly Step[], problems: Problems): void {
  const add = (expected: string, hint: string) =>
    problems.addTo(column, ["transformSourceObjects"], expected, from, hint);
  if (from.startsWith("@")) {
    const type = ofPlace[from as keyof typeof ofPlace];
    if (!type) add(`a path, or one of ${Object.keys(ofPlace).join(", ")}`, "name one");
    else if (column.type !== type)
      problems.addTo(column, ["logicalType"], type, column.type, `${from} is one`);
    else if (column.nullable) problems.addTo(column, ["required"], "true", false, `${from} is never null`);
    const { min = 0, max, values } = column;
    if (from !== "@key" && (min > 0 || max !== undefined || values))
      problems.addTo(
        column,
        ["logicalTypeOptions"],
        "no bounds but minimum: 0, and no values",
        [min, max],
        `take them out: nothing is refused for ${from}`,
      );
    if (from === "@key" && !row.some((one) => "each" in one && one.each === "{}"))
      add("the row of a map's entries", "end the row's path in {}, or take it out");
    if (from === "@index" && row.length === 0)
      add("the row of an array's elements", "give the table a row, or take it out");
    return;
  }
  const steps = parsePath(from) ?? [];
  const last = steps.findLastIndex((one) => "each" in one);
  if (startsWith(row, steps.slice(0, last + 1))) return;
  add("a path with one value a row", "make it a list, or let the row be that array's elements");
}

function checkColumn(column: ContractColumn, problems: Problems, depth: number): void {
  const { type, nullable, coerce, nullMeans, misfit, keyPosition, items, fields = [] } = column;
  const add = (key: string, expected: string, received: unknown, hint: string) =>
    problems.addTo(column, [key], expected, received, hint);
  if (depth > deepest)
    add("logicalType", `at most ${deepest} levels`, "more", "take some out, or keep them as text");
  if (coerce && !coercionTypes[coerce].includes(type))
    add(
      "customProperties",
      `${coercionTypes[coerce].join(" or ")} with coercion ${coerce}`,
      type,
      "change the one or the other",
    );
  if ((type === "TIMESTAMP" || type === "DATE") && !coerce && column.from !== undefined)
    add(
      "customProperties",
      "a coercion: JSON has no time of its own",
      undefined,
      "add coercion: instant, unix-seconds, unix-milliseconds or date",
    );
  if (!nullable && nullMeans)
    add("required", "a column that may be null where nullMeans is said", true, "take one of them out");
  if (!nullable && misfit)
    add("required", "a column that may be null with misfit: nulled", true, "take one of them out");
  if (nullable && keyPosition !== undefined)
    add("required", "true of a primary key", false, "write required: true");
  checkConstraints(column, problems);
  for (const part of [...(items ? [items] : []), ...fields]) checkColumn(part, problems, depth + 1);
  const names = new Set<string>();
  for (const field of fields) checkName(field, field.name, names, problems);
}

/** Names need no quotes in SQL, and are unique whatever their case: Hive and SQL don't tell it. */
export function checkName(part: object, name: string, seen: Set<string>, problems: Problems): void {
  if (!/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) {
    const expected = "letters, digits and _, no digit first, at most 63";
    problems.addTo(part, ["name"], expected, name, "rename it; the path stands in transformSourceObjects");
  } else if (seen.has(name.toLowerCase()))
    problems.addTo(part, ["name"], "a name that nothing else has", name, "rename one of the two");
  seen.add(name.toLowerCase());
}

function checkConstraints(column: ContractColumn, problems: Problems): void {
  const {
    type,
    minLength = 0,
    maxLength = Infinity,
    min = -Infinity,
    max = Infinity,
    pattern,
    values,
  } = column;
  const add = (key: string, expected: string, received: unknown, hint: string) =>
    problems.addTo(column, [key], expected, received, hint);
  if (minLength > maxLength)
    add("logicalTypeOptions", "minLength up to maxLength", [minLength, maxLength], "change one");
  if (min > max) add("logicalTypeOptions", "minimum up to maximum", [min, max], "change one");
  if (type === "INT32" && !isWithin(column, -(2 ** 31), 2 ** 31 - 1))
    add("logicalTypeOptions", "whole bounds within 32 bits", [column.min, column.max], "write format: i64");
  if (type === "INT64" && !isWithin(column, -(2 ** 53 - 1), 2 ** 53 - 1))
    add("logicalTypeOptions", "whole bounds up to 2^53 - 1", [column.min, column.max], "leave the bound out");
  if (pattern !== undefined) {
    const unsafe = findPatternProblem(pattern);
    if (unsafe) add("logicalTypeOptions", unsafe.expected, pattern, unsafe.hint);
  }
  const wanted = type === "STRING" ? "string" : "number";
  if (values && !(type === "STRING" || type === "INT32" || type === "DOUBLE" || type === "INT64"))
    add("quality", "values of text or numbers", type, "take them out");
  else if (values?.some((value) => typeof value !== wanted))
    add("quality", wanted === "string" ? "texts, in quotes" : "numbers, without quotes", values, "mend them");
}

function isWithin({ min = 0, max = 0 }: ContractColumn, least: number, most: number): boolean {
  return [min, max].every((bound) => Number.isInteger(bound) && bound >= least && bound <= most);
}
