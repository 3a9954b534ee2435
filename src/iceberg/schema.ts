import type { Column, ColumnType } from "../tables/columns";
import type { Table } from "../tables/tables";
import { typeNames } from "../tables/types";

/** A field of a struct, as a table's metadata has it (Iceberg's specification, appendix C). */
export interface IcebergField {
  /** Told apart by this, whatever it is called; a name keeps it from one schema to the next. */
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

/** A scalar's name, or what holds others. */
export type IcebergType = string | IcebergList | IcebergStruct;

/** A list. */
export interface IcebergList {
  readonly type: "list";
  readonly "element-id": number;
  readonly "element-required": boolean;
  readonly element: IcebergType;
}

/** A struct. */
export interface IcebergStruct {
  readonly type: "struct";
  readonly fields: readonly IcebergField[];
}

/** The columns of a table, by number. */
export interface IcebergSchema extends IcebergStruct {
  readonly "schema-id": number;
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
  return fields.flatMap(({ id, name, type }): [string, number][] => [
    [`${parent}${name}`, id],
    ...listInside(type, `${parent}${name}`),
  ]);
}

function listInside(type: IcebergType, path: string): [string, number][] {
  if (typeof type === "string") return [];
  if (type.type === "struct") return listIds(type.fields, `${path}.`);
  const element = `${path}.element`;
  return [[element, type["element-id"]], ...listInside(type.element, element)];
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

function toType(type: ColumnType, path: string, idOf: (path: string) => number): IcebergType {
  if (typeof type === "string") return typeNames[type].iceberg;
  if ("struct" in type) return { type: "struct", fields: toFields(type.struct, `${path}.`, idOf) };
  const element = `${path}.element`;
  return {
    type: "list",
    "element-id": idOf(element),
    "element-required": !type.list.nullable,
    element: toType(type.list.type, element, idOf),
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
  const fields = mapInside(type);
  return { "field-id": id, names: [name], ...(fields.length > 0 ? { fields } : {}) };
}

function mapInside(type: IcebergType): MappedField[] {
  if (typeof type === "string") return [];
  if (type.type === "struct") return type.fields.map(toMappedField);
  const fields = mapInside(type.element);
  const element = { "field-id": type["element-id"], names: ["element"] };
  return [{ ...element, ...(fields.length > 0 ? { fields } : {}) }];
}
