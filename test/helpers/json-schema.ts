import { ExactNumber, parseJson } from "user-activity/dist/base/exact-numbers";
import { isObject, type JsonObject, ownValue } from "user-activity/dist/base/json";
import { joinKey } from "user-activity/dist/contract/paths";

/** A column of a contract as its file has it, or why none says what the schema does. */
export type Said = { readonly column: JsonObject } | { readonly unsaid: string };

/** What a schema is said for: the value at hand, where it stands, and whether it must be there. */
interface At {
  readonly value: unknown;
  readonly path: string;
  readonly name: string;
  readonly isRequired: boolean;
}

const shared = ["type", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum"];
const all = [...shared, "required", "properties", "items", "$schema", "$comment", "description"];

/** What a keyword is about: values of other types pass it in JSON Schema, where a column has one type. */
const typeOfKeyword: Readonly<Record<string, string>> = {
  ...{ minLength: "string", maxLength: "string", pattern: "string" },
  ...{ minimum: "number", maximum: "number", items: "array", properties: "object", required: "object" },
};

/** Says a JSON Schema as a column, for a value that is held to it. */
export function toColumn(schema: unknown, at: At): Said {
  if (schema === false) return { unsaid: "nothing fits false" };
  const own = isObject(schema) ? schema : {};
  const unknown = Object.keys(own).find((key) => !all.includes(key));
  if (unknown) return { unsaid: `keyword ${unknown}` };
  const type = typeFor(own, at.value);
  if ("unsaid" in type) return type;
  if (at.value === null && !at.isRequired) return { unsaid: "null counts as absent" };
  const base = {
    name: at.name,
    required: at.isRequired,
    ...(at.path === at.name ? {} : { transformSourceObjects: [at.path] }),
  };
  if (type.name === "object") return toStruct(own, base, at);
  if (type.name === "array") return toList(own, base, at);
  return { column: { ...base, ...toScalar(own, type.name) } };
}

function typeFor(
  schema: JsonObject,
  value: unknown,
): { readonly name: string } | { readonly unsaid: string } {
  const { type, enum: values } = schema;
  if (Array.isArray(type)) return { unsaid: "several types" };
  if (type === "null") return { unsaid: "the type null" };
  const implied = [...new Set(Object.keys(schema).flatMap((key) => typeOfKeyword[key] ?? []))];
  if (type !== undefined && typeof type === "string") {
    const fitting = type === "integer" ? "number" : type;
    return implied.every((one) => one === fitting) ? { name: type } : { unsaid: "a keyword of another type" };
  }
  if (Array.isArray(values)) {
    const types = [...new Set(values.map(nameOf))];
    const [only = ""] = types;
    if (types.length > 1 || !["string", "number"].includes(only))
      return { unsaid: "values of several types, or of others than text and numbers" };
    return { name: only };
  }
  if (implied.length > 1) return { unsaid: "keywords of several types" };
  const [about] = implied;
  if (about !== undefined)
    return nameOf(value) === about ? { name: about } : { unsaid: "a value that its keyword is not about" };
  const seen = value === undefined ? "string" : nameOf(value);
  return ["string", "number", "boolean"].includes(seen) ? { name: seen } : { unsaid: "a value of any type" };
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return value instanceof ExactNumber ? "number" : typeof value;
}

function toScalar(schema: JsonObject, type: string): JsonObject {
  const { minLength, maxLength, pattern, minimum, maximum, enum: values } = schema;
  const options = Object.fromEntries(
    Object.entries({ minLength, maxLength, pattern, minimum, maximum }).filter(
      ([, one]) => one !== undefined,
    ),
  );
  return {
    logicalType: type,
    logicalTypeOptions: { ...options, ...(type === "integer" ? { format: "i64" } : {}) },
    ...(values
      ? { quality: [{ metric: "invalidValues", mustBe: 0, arguments: { validValues: values } }] }
      : {}),
  };
}

function toStruct(schema: JsonObject, base: JsonObject, { value, path }: At): Said {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const keys = [...new Set([...Object.keys(properties), ...required])];
  if (keys.length === 0) return toMap(base, value);
  const fields: JsonObject[] = [];
  for (const [index, key] of keys.entries()) {
    const said = toColumn(ownValue(properties, key) ?? {}, {
      value: isObject(value) ? ownValue(value, key) : undefined,
      path: joinKey(path, key),
      name: `f${index}`,
      isRequired: required.includes(key),
    });
    if ("unsaid" in said) return said;
    fields.push(said.column);
  }
  return { column: { ...base, logicalType: "object", properties: fields } };
}

/** An object that says not what it holds is one whose keys are data, if its values are of one type. */
function toMap(base: JsonObject, value: unknown): Said {
  const items = toItems({}, isObject(value) ? Object.values(value) : [], "{}");
  if ("unsaid" in items) return items;
  const customProperties = [{ property: "map", value: true }];
  const key = { name: "key", logicalType: "string", required: true };
  const entry = { logicalType: "object", properties: [key, { name: "value", ...items.column }] };
  return { column: { ...base, logicalType: "array", items: entry, customProperties } };
}

function toList(schema: JsonObject, base: JsonObject, { value, path }: At): Said {
  const items = toItems(schema.items ?? {}, Array.isArray(value) ? value : [], `${path}[]`);
  return "unsaid" in items ? items : { column: { ...base, logicalType: "array", items: items.column } };
}

/** What all elements are held to; of a schema without a type they must be of one. */
function toItems(schema: unknown, elements: readonly unknown[], path: string): Said {
  const said = (elements.length > 0 ? elements : [undefined]).map((value) =>
    toColumn(schema, { value, path, name: "element", isRequired: true }),
  );
  const unsaid = said.find((one) => "unsaid" in one);
  if (unsaid) return unsaid;
  const [first, ...others] = said.flatMap((one) => ("column" in one ? [one.column] : []));
  if (!first || others.some((one) => JSON.stringify(one) !== JSON.stringify(first)))
    return { unsaid: "a value of any type" };
  const { name: _, transformSourceObjects: __, ...items } = first;
  return { column: items };
}

/** A group of the suite: a schema, and values with whether they are valid. */
export interface SuiteGroup {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** Reads the suite's files, each a list of groups, by their name; numbers that no double holds are kept. */
export function readSuite(text: string): Readonly<Record<string, readonly SuiteGroup[]>> {
  return (parseJson(text) as { files: Record<string, SuiteGroup[]> }).files;
}
