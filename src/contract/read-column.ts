import type { Entry } from "./entry";
import type { ContractColumn, ContractScalar } from "./model";
import { coercionTypes, customOf, keysOf, optionsOf, physicalTypes } from "./odcs-keys";
import { below, formatPath, parsePath, startsWith } from "./paths";
import { readTimeBound } from "./times";

/** Where a column's values come from, unless it says otherwise. */
interface Around {
  /** Path of the row or of the struct. */
  readonly path: string;
  /** Whether it is a field of a struct: then it comes from within that one. */
  readonly isField: boolean;
  /** Whether it is a column of a summary: then it comes from no event. */
  readonly isSummary?: boolean;
}

type Writable = { -readonly [K in keyof ContractColumn]: ContractColumn[K] };

/** Reads a column, or a field of a struct, with all below it. */
export function readColumn(entry: Entry, around: Around): ContractColumn {
  const name = entry.requiredText("name");
  return readNamed(entry, name, {
    ...around,
    path: around.isSummary ? "$" : below(around.path, name || "x"),
  });
}

function readNamed(entry: Entry, name: string, own: Around): ContractColumn {
  entry.allow(keysOf.column);
  const custom = entry.custom(customOf.column);
  const type = readType(entry, custom);
  const column: Writable = { name, type, nullable: !entry.flag("required") };
  put(column, "doc", entry.text("description"));
  put(column, "nullMeans", custom.text("nullMeans"));
  put(column, "unit", custom.text("unit"));
  if (entry.flag("primaryKey")) column.keyPosition = entry.number("primaryKeyPosition", true) ?? 1;
  const logic = entry.text("transformLogic");
  if (logic !== undefined) column.derived = logic;
  else if (!own.isSummary) column.from = readFrom(entry, own);
  readReferences(entry, column);
  put(column, "coerce", custom.choice("coercion", Object.keys(coercionTypes) as []));
  readOptions(entry, column);
  readValues(entry, column);
  put(column, "severity", custom.choice("severity", ["error", "warning"]));
  put(column, "misfit", custom.choice("misfit", ["nulled"]));
  readParts(entry, column);
  return entry.problems.remember(column, entry.at);
}

function put<K extends keyof Writable>(column: Writable, key: K, value: Writable[K] | undefined): void {
  if (value !== undefined) column[key] = value;
}

const logicalTypes = [
  "string",
  "integer",
  "number",
  "boolean",
  "timestamp",
  "date",
  "array",
  "object",
] as const;

function readType(entry: Entry, custom: Entry): ContractColumn["type"] {
  if (!entry.has("logicalType")) entry.refuse("logicalType", `one of ${logicalTypes.join(", ")}`, "add it");
  const logicalType = entry.choice("logicalType", logicalTypes) ?? "string";
  const options = entry.entry("logicalTypeOptions");
  options?.allow(optionsOf[logicalType] ?? []);
  if (logicalType === "array") return custom.flag("map") ? "MAP" : "LIST";
  if (logicalType === "object") return "STRUCT";
  const type = toScalar(logicalType, options);
  const names = physicalTypes[type] ?? [];
  const physical = entry.text("physicalType");
  if (physical !== undefined && !names.includes(physical.toUpperCase()))
    entry.refuse("physicalType", `one of ${names.join(", ")}`, "write one, or take it out");
  return type;
}

function toScalar(logicalType: string, options: Entry | undefined): ContractScalar {
  if (logicalType === "integer")
    return options?.choice("format", ["i32", "i64"]) === "i64" ? "INT64" : "INT32";
  if (logicalType === "number") options?.choice("format", ["f64"]);
  return logicalType === "number" ? "DOUBLE" : (logicalType.toUpperCase() as ContractScalar);
}

/** A column's own path from the event on; its default is its name below what it stands in. */
function readFrom(entry: Entry, own: Around): string {
  const paths = entry.texts("transformSourceObjects");
  if (!paths) return own.path;
  const [path = "", ...more] = paths;
  const steps = parsePath(path);
  const around = parsePath(own.path)?.slice(0, -1) ?? [];
  if (more.length > 0 || (!steps && !path.startsWith("@")))
    entry.refuse(
      "transformSourceObjects",
      'one path, as in [a.b] or ["a[].b"]',
      "write one; the row says which array",
    );
  else if (own.isField && (!steps || !startsWith(steps, around) || steps.length === around.length))
    entry.refuse(
      "transformSourceObjects",
      `a path below ${formatPath(around)}`,
      "a field comes from its struct",
    );
  return steps ? formatPath(steps) : path;
}

function readReferences(entry: Entry, column: Writable): void {
  for (const relationship of entry.entries("relationships")) {
    relationship.allow(["type", "to", "customProperties"]);
    const to = relationship.requiredText("to");
    if (column.references === undefined) column.references = to;
    else relationship.refuse("to", "one relationship of a column", "take one out");
  }
}

function readOptions(entry: Entry, column: Writable): void {
  const options = entry.entry("logicalTypeOptions");
  if (!options) return;
  put(column, "minLength", options.number("minLength", true));
  put(column, "maxLength", options.number("maxLength", true));
  put(column, "pattern", options.text("pattern"));
  for (const [ours, theirs] of [
    ["min", "minimum"],
    ["max", "maximum"],
  ] as const) {
    const { type } = column;
    const isTime = type === "TIMESTAMP" || type === "DATE";
    put(column, ours, isTime ? readTimeBound(options, theirs, type) : options.number(theirs));
  }
}

/** The standard's way to list values: `metric: invalidValues` with validValues, of which none may be found. */
function readValues(entry: Entry, column: Writable): void {
  for (const quality of entry.entries("quality")) {
    quality.allow(keysOf.quality);
    const type = quality.choice("type", ["library", "text", "sql", "custom"]) ?? "library";
    if (type === "text" || type === "sql") continue; // for people and other tools
    if (type === "custom" && quality.text("engine") !== "user-activity") continue;
    if (quality.value("metric") !== "invalidValues" || quality.value("mustBe") !== 0) {
      quality.refuse(
        "metric",
        "invalidValues with mustBe: 0",
        "use required, primaryKey or a rule of the table",
      );
      continue;
    }
    const values = quality.entry("arguments")?.value("validValues");
    if (Array.isArray(values) && values.length > 0 && values.every(isPlain)) column.values = values;
    else quality.refuse("arguments", "validValues, a list of texts or numbers", "write validValues: [a, b]");
    put(column, "severity", quality.choice("severity", ["error", "warning"]));
  }
}

function isPlain(value: unknown): value is string | number {
  return typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
}

function readParts(entry: Entry, column: Writable): void {
  const path = column.from ?? "$";
  if (column.type === "STRUCT") {
    column.fields = entry.entries("properties").map((field) => readColumn(field, { path, isField: true }));
    if (column.fields.length === 0) entry.refuse("properties", "the fields of the object", "add them");
  } else if (entry.has("properties")) entry.refuse("properties", "none but of an object", "take them out");
  if (column.type === "LIST" || column.type === "MAP") {
    const items = entry.entry("items");
    if (!items) entry.refuse("items", "what the array holds", "add it");
    else if (column.type === "MAP") column.items = readMapValue(items, `${path}{}`);
    else column.items = readNamed(items, "element", { path: `${path}[]`, isField: true });
  } else if (entry.has("items")) entry.refuse("items", "none but of an array", "take them out");
}

/** A map lands as a list of its entries, and so the file has it, for other tools: each with `key` and `value`. */
function readMapValue(items: Entry, path: string): ContractColumn {
  items.allow(["logicalType", "required", "description", "properties"]);
  const [key, value, ...more] = items.entries("properties");
  key?.allow(["name", "description", "logicalType", "required"]);
  const isKey = key?.value("name") === "key" && key.value("logicalType") === "string";
  if (
    items.value("logicalType") !== "object" ||
    !isKey ||
    value?.value("name") !== "value" ||
    more.length > 0
  )
    items.refuse(
      "properties",
      "an object with key, a string, and value",
      "a map lands as a list of its entries: write the two properties",
    );
  return readNamed(value ?? items, "value", { path, isField: true });
}
