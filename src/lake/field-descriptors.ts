import { toBound } from "../contract/write-column";
import { describeUnit, typeName } from "../tables/column-docs";
import type { Column, ColumnType } from "../tables/tables";
import { typeNames } from "../tables/types";

/** A column in the terms of a Table Schema; parquetType, unit, nullMeaning are properties of our own. */
export interface FieldDescriptor {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly parquetType: string;
  readonly unit?: string;
  readonly nullMeaning?: string;
  readonly constraints?: Constraints;
  /** The fields of an object. */
  readonly fields?: readonly FieldDescriptor[];
  /** What each item of a list is. */
  readonly arrayItem?: ItemDescriptor;
}

type Constraints = Readonly<Record<string, boolean | number | string>>;

/** What each item of a list is; it may be null where its constraints say `required: false`. Of an object, `fields` say all. */
export interface ItemDescriptor extends Omit<FieldDescriptor, "name" | "description" | "parquetType"> {
  readonly description?: string;
  readonly parquetType?: string;
}

/** Describes a column, and all that is within it. */
export function toFieldDescriptor(column: Column): FieldDescriptor {
  const constraints = toConstraints(column);
  return {
    name: column.name,
    type: toFieldType(column.type),
    description: column.doc ?? "",
    parquetType: typeName(column),
    ...toWords(column),
    ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
    ...toParts(column.type),
  };
}

function toFieldType(type: ColumnType): string {
  if (typeof type === "string") return typeNames[type].dataPackage;
  return "list" in type ? "array" : "object";
}

function toWords(column: Column): Pick<FieldDescriptor, "unit" | "nullMeaning"> {
  const unit = describeUnit(column);
  return {
    ...(unit ? { unit } : {}),
    ...(column.nullMeans ? { nullMeaning: column.nullMeans } : {}),
  };
}

function toParts(type: ColumnType): Pick<FieldDescriptor, "fields" | "arrayItem"> {
  if (typeof type === "string") return {};
  return "list" in type ? { arrayItem: toItem(type.list) } : { fields: type.struct.map(toFieldDescriptor) };
}

function toItem(element: Column): ItemDescriptor {
  const { required: _, ...bounds } = toConstraints(element);
  const constraints = element.nullable ? { required: false, ...bounds } : bounds;
  const type = toFieldType(element.type);
  return {
    type,
    ...(element.doc ? { description: element.doc } : {}),
    ...(type === "object" ? {} : { parquetType: typeName(element) }),
    ...toWords(element),
    ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
    ...toParts(element.type),
  };
}

function toConstraints({ type, nullable, min, max }: Column): Constraints {
  return {
    ...(nullable ? {} : { required: true }),
    ...(min === undefined || typeof type !== "string" ? {} : { minimum: toBound(type, min) }),
    ...(max === undefined || typeof type !== "string" ? {} : { maximum: toBound(type, max) }),
  };
}
