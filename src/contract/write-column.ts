import { toDateText } from "../base/calendar";
import type { ContractColumn } from "./model";
import { below } from "./paths";

const logicalTypes: Readonly<Record<ContractColumn["type"], string>> = {
  STRING: "string",
  INT32: "integer",
  INT64: "integer",
  DOUBLE: "number",
  BOOLEAN: "boolean",
  TIMESTAMP: "timestamp",
  DATE: "date",
  LIST: "array",
  MAP: "array",
  STRUCT: "object",
};

const physicalTypes: Readonly<Partial<Record<ContractColumn["type"], string>>> = {
  INT32: "INTEGER",
  INT64: "BIGINT",
  DOUBLE: "DOUBLE",
};

/** Where a column's values come from where the file says nothing: its name below what it stands in. */
export interface AroundColumn {
  readonly path: string;
  /** Filled with what was written for each part of the contract: where its comments stand. */
  readonly places: Map<object, object>;
}

/** Makes a column the plain values that the file has for it; what is default is left out. */
export function writeColumn(column: ContractColumn, around: AroundColumn): object {
  return writeNamed(column, { name: column.name }, below(around.path, column.name), around);
}

function writeNamed(column: ContractColumn, name: object, path: string, around: AroundColumn): object {
  const { type, doc, nullable, keyPosition, from = path, derived, references } = column;
  const physicalType = physicalTypes[type];
  const written = {
    ...name,
    ...(doc ? { description: doc } : {}),
    logicalType: logicalTypes[type],
    ...writeOptions(column),
    ...(physicalType ? { physicalType } : {}),
    ...(nullable ? {} : { required: true }),
    ...(keyPosition === undefined ? {} : { primaryKey: true, primaryKeyPosition: keyPosition }),
    ...(derived === undefined ? {} : { transformLogic: derived }),
    ...(derived !== undefined || from === path ? {} : { transformSourceObjects: [from] }),
    ...(references ? { relationships: [{ to: references }] } : {}),
    ...writeValues(column),
    ...writeCustom(column),
    ...writeParts(column, from, around),
  };
  around.places.set(column, written);
  return written;
}

/** With their severity, so that other tools know it too. */
function writeValues({ values, severity }: ContractColumn): object {
  if (!values) return {};
  const quality = { metric: "invalidValues", mustBe: 0, arguments: { validValues: [...values] } };
  return { quality: [severity ? { ...quality, severity } : quality] };
}

function writeOptions({ type, minLength, maxLength, pattern, min, max }: ContractColumn): object {
  const options = {
    ...(type === "INT64" ? { format: "i64" } : {}),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(min === undefined ? {} : { minimum: toBound(type, min) }),
    ...(max === undefined ? {} : { maximum: toBound(type, max) }),
  };
  return Object.keys(options).length > 0 ? { logicalTypeOptions: options } : {};
}

/** Bounds of times are written as text. */
export function toBound(type: ContractColumn["type"], bound: number): string | number {
  if (type === "TIMESTAMP") return new Date(bound).toISOString();
  return type === "DATE" ? toDateText(bound) : bound;
}

function writeCustom({ coerce, misfit, nullMeans, unit, severity, values, type }: ContractColumn): object {
  const map = type === "MAP" ? true : undefined;
  return toCustom({
    map,
    coercion: coerce,
    misfit,
    nullMeans,
    unit,
    severity: values ? undefined : severity,
  });
}

/** The customProperties for what has a value. */
export function toCustom(values: Readonly<Record<string, unknown>>): object {
  const customProperties = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([property, value]) => ({ property, value }));
  return customProperties.length > 0 ? { customProperties } : {};
}

function writeParts({ type, items, fields }: ContractColumn, path: string, around: AroundColumn): object {
  const own = { ...around, path };
  if (fields) return { properties: fields.map((field) => writeColumn(field, own)) };
  if (!items) return {};
  if (type === "LIST") return { items: writeNamed(items, {}, `${path}[]`, around) };
  const key = { name: "key", logicalType: "string", required: true };
  const value = writeNamed(items, { name: "value" }, `${path}{}`, around);
  return { items: { logicalType: "object", required: true, properties: [key, value] } };
}
