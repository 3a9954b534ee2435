import { listOfStructs } from "../tables/columns";
import type { Column, ColumnType, ScalarType } from "../tables/tables";
import type { InferredField, InferredSchema, JsonType } from "./infer";
import type { Field, FieldType, Scalar, Schema } from "./schema";

/**
 * Derives the columns that an inferred schema implies for what stands at a path, such as `sequences.questions[]`
 * ("", the default, is the event). An object's keys become columns of their own, named with dots; an array of objects
 * becomes a list of structs; text that always is an instant becomes TIMESTAMP, all other text STRING, numbers and
 * booleans as text too. What was absent or null even once is nullable. What no column type fits (mixed types, lists of
 * scalars, maps, nothing but null) is STRING, to hold its JSON.
 */
export function impliedColumns(schema: InferredSchema, path = ""): readonly Column[] {
  return columnsBelow(schema, { path, prefix: "", nullable: false });
}

/**
 * Makes implied columns the draft of a schema, for people to change: a field for each, under its path, which asks for
 * nothing that the sample did not show. Left out are columns of a type that no field can have: lists, INT64, DOUBLE.
 */
export function draftSchema(
  name: string,
  columns: readonly Column[],
): Schema<Readonly<Record<string, Scalar>>> {
  const fields = columns.flatMap(({ name: path, type, nullable }): Field[] => {
    if (!isFieldType(type)) return [];
    const field = { path, column: path, type, nullable };
    return [type === "TIMESTAMP" ? { ...field, coerce: "instant" } : field];
  });
  return { name, fields, rules: [] };
}

function isFieldType(type: ColumnType): type is FieldType {
  return type === "STRING" || type === "INT32" || type === "BOOLEAN" || type === "TIMESTAMP";
}

interface Level {
  readonly path: string;
  /** What the columns' names start with. */
  readonly prefix: string;
  readonly nullable: boolean;
}

function columnsBelow(schema: InferredSchema, level: Level): Column[] {
  const children = schema.fields.filter(({ parentPath, key }) => parentPath === level.path && key !== null);
  return children.flatMap((field) => {
    const name = `${level.prefix}${field.key}`;
    const nullable = level.nullable || field.count < field.parentCount || field.nullCount > 0;
    if (isOnly(field, "object") && !isMap(schema, field))
      return columnsBelow(schema, { path: field.path, prefix: `${name}.`, nullable });
    const doc = `${field.path}, in ${field.count} of ${field.parentCount}`;
    return [{ name, type: structsIn(schema, field) ?? scalarOf(field), nullable, doc }];
  });
}

/** The list of the objects in an array; undefined where the field is anything else. */
function structsIn(schema: InferredSchema, field: InferredField): ColumnType | undefined {
  const elements = schema.fields.find(({ parentPath, key }) => parentPath === field.path && key === null);
  const isStructs =
    isOnly(field, "array") && elements && isOnly(elements, "object") && elements.nullCount === 0;
  return isStructs ? listOfStructs(impliedColumns(schema, elements.path)) : undefined;
}

/** Whether its keys are data. */
function isMap({ fields }: InferredSchema, { path }: InferredField): boolean {
  return fields.some((one) => one.parentPath === path && one.key === null && one.path.endsWith("{}"));
}

function scalarOf(field: InferredField): ScalarType {
  if (isOnly(field, "boolean")) return "BOOLEAN";
  if (isOnly(field, "integer")) return wholeOf(field.min ?? 0, field.max ?? 0);
  if (isOnly(field, "integer", "number")) return "DOUBLE";
  const isInstant = isOnly(field, "string") && field.formats.instant === field.types.string;
  return isInstant ? "TIMESTAMP" : "STRING";
}

function wholeOf(min: number, max: number): ScalarType {
  if (min >= -(2 ** 31) && max < 2 ** 31) return "INT32";
  return Number.isSafeInteger(min) && Number.isSafeInteger(max) ? "INT64" : "DOUBLE";
}

/** Whether something other than null was seen, and nothing but these types. */
function isOnly(field: InferredField, ...types: readonly JsonType[]): boolean {
  const seen = (Object.keys(field.types) as JsonType[]).filter((type) => type !== "null");
  return seen.length > 0 && seen.every((type) => types.includes(type));
}
