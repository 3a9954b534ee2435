import type { ContractColumn, ContractScalar } from "../contract/model";

/** How a scalar's value travels as JSON, and what makes it Spark's own type again. */
interface Wire {
  readonly type: string;
  /** Absent where it is that type already. */
  readonly restore?: (value: string) => string;
}

const wires: Readonly<Record<ContractScalar, Wire>> = {
  STRING: { type: "STRING" },
  INT32: { type: "INT" },
  INT64: { type: "STRING", restore: (value) => `CAST(${value} AS BIGINT)` }, // JSON's numbers are doubles to many
  DOUBLE: { type: "DOUBLE" },
  BOOLEAN: { type: "BOOLEAN" },
  TIMESTAMP: { type: "BIGINT", restore: (value) => `timestamp_millis(${value})` },
  DATE: { type: "INT", restore: (value) => `date_from_unix_date(${value})` },
};

/** Writes the type of a row as it travels, for from_json. */
export function toWireType(columns: readonly ContractColumn[]): string {
  return `STRUCT<${columns.map((column) => `${quoteName(column.name)}: ${wireOf(column)}`).join(", ")}>`;
}

/** Writes the expression that makes a column of a row that travelled, which `row` names. */
export function toExpression(column: ContractColumn, row: string): string {
  return `${restore(column, `${row}.${quoteName(column.name)}`, 0)} AS ${quoteName(column.name)}`;
}

/** A name as Spark's SQL takes any. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function wireOf(column: ContractColumn): string {
  if (column.type === "LIST" || column.type === "MAP") return `ARRAY<${wireOf(elementOf(column))}>`;
  return column.type === "STRUCT" ? toWireType(column.fields ?? []) : wires[column.type].type;
}

/** Leaves as they are the parts in which nothing has to be restored: Spark copies them whole. */
function restore(column: ContractColumn, value: string, depth: number): string {
  if (!isRestored(column)) return value;
  if (column.type === "LIST" || column.type === "MAP") {
    const one = `x${depth}`;
    return `transform(${value}, ${one} -> ${restore(elementOf(column), one, depth + 1)})`;
  }
  if (column.type !== "STRUCT") return wires[column.type].restore?.(value) ?? value;
  const fields = (column.fields ?? []).map((field) => {
    return `'${field.name.replace(/['\\]/g, "\\$&")}', ${restore(field, `${value}.${quoteName(field.name)}`, depth)}`;
  });
  return `if(${value} IS NULL, NULL, named_struct(${fields.join(", ")}))`;
}

function isRestored(column: ContractColumn): boolean {
  if (column.type === "LIST" || column.type === "MAP") return isRestored(elementOf(column));
  if (column.type === "STRUCT") return (column.fields ?? []).some(isRestored);
  return wires[column.type].restore !== undefined;
}

/** What stands in a list; a map is a list of its entries. */
function elementOf({ type, items }: ContractColumn): ContractColumn {
  const held = items ?? { name: "element", type: "STRING", nullable: true };
  if (type === "LIST") return held;
  const key: ContractColumn = { name: "key", type: "STRING", nullable: false };
  return { name: "entry", type: "STRUCT", nullable: false, fields: [key, { ...held, name: "value" }] };
}
