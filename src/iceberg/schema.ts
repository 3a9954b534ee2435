import type { Column, Table } from "../tables/tables";
import { typeNames } from "../tables/types";

/** A field of a struct, as a table's metadata has it (Iceberg's specification, appendix C). */
export interface IcebergField {
  /** Told apart by this, whatever it is called; a name keeps it from one schema to the next. */
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: string | IcebergList;
  readonly doc?: string;
}

/** A list of structs: the only nested type that the tables have. */
export interface IcebergList {
  readonly type: "list";
  readonly "element-id": number;
  readonly "element-required": boolean;
  readonly element: { readonly type: "struct"; readonly fields: readonly IcebergField[] };
}

/** The columns of a table, by number. */
export interface IcebergSchema {
  readonly type: "struct";
  readonly "schema-id": number;
  readonly fields: readonly IcebergField[];
}

/**
 * The schemas of a table, the last one being that of its columns as they are now: one of those before where it is the
 * same, else a new one, in which a column that is known keeps its field's number. Oldest first.
 */
export function addSchema(before: readonly IcebergSchema[], table: Table): IcebergSchema[] {
  const numbers = new Map<string, number>();
  for (const { fields } of before) for (const [path, id] of listIds(fields)) numbers.set(path, id);
  const idOf = (path: string): number => {
    const id = numbers.get(path) ?? numbers.size + 1;
    numbers.set(path, id);
    return id;
  };
  const fields = toFields(table.columns, "", idOf);
  const same = before.find((schema) => JSON.stringify(schema.fields) === JSON.stringify(fields));
  if (same) return [...before.filter((schema) => schema !== same), same];
  const schemaId = Math.max(-1, ...before.map((schema) => schema["schema-id"])) + 1;
  return [...before, { type: "struct", "schema-id": schemaId, fields }];
}

/** The highest number that a field of these schemas has. */
export function lastFieldId(schemas: readonly IcebergSchema[]): number {
  return Math.max(0, ...schemas.flatMap(({ fields }) => listIds(fields).map(([, id]) => id)));
}

/** By path, as in `options.element.id`: the fields and, of lists, their elements. */
function listIds(fields: readonly IcebergField[], parent = ""): [string, number][] {
  return fields.flatMap(({ id, name, type }): [string, number][] => {
    const path = `${parent}${name}`;
    if (typeof type === "string") return [[path, id]];
    const inside = listIds(type.element.fields, `${path}.element.`);
    return [[path, id], [`${path}.element`, type["element-id"]], ...inside];
  });
}

/** The fields of one level are numbered before those below them, as Iceberg itself does. */
function toFields(columns: readonly Column[], parent: string, idOf: (path: string) => number) {
  const ids = columns.map(({ name }) => idOf(`${parent}${name}`));
  return columns.map(({ name, type, nullable, doc }, index): IcebergField => {
    const path = `${parent}${name}`;
    const own = { id: ids[index] as number, name, required: !nullable };
    return { ...own, type: toType(type, path, idOf), ...(doc ? { doc } : {}) };
  });
}

function toType(type: Column["type"], path: string, idOf: (path: string) => number): string | IcebergList {
  if (typeof type === "string") return typeNames[type].iceberg;
  return {
    type: "list",
    "element-id": idOf(`${path}.element`),
    "element-required": true,
    element: { type: "struct", fields: toFields(type, `${path}.element.`, idOf) },
  };
}

/** Which names in the files are which field: the files carry no numbers. */
export interface MappedField {
  readonly "field-id": number;
  readonly names: readonly string[];
  readonly fields?: readonly MappedField[];
}

/** Maps the names of the last schema, and those of columns that only earlier ones have. */
export function toNameMapping(schemas: readonly IcebergSchema[]): MappedField[] {
  const mapped = new Map<number, MappedField>();
  for (const { fields } of [...schemas].reverse())
    for (const field of fields) if (!mapped.has(field.id)) mapped.set(field.id, toMappedField(field));
  return [...mapped.values()];
}

function toMappedField({ id, name, type }: IcebergField): MappedField {
  if (typeof type === "string") return { "field-id": id, names: [name] };
  const fields = type.element.fields.map(toMappedField);
  const element = { "field-id": type["element-id"], names: ["element"], fields };
  return { "field-id": id, names: [name], fields: [element] };
}
