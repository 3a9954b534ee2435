import type { ContractColumn, ContractRule, ContractScalar, ContractTable } from "../contract/model";
import { parsePath } from "../contract/paths";
import type { AtMost, Field, Scalar, Schema } from "./schema";

/** What of a table's columns a schema is about. */
export interface SchemaPart {
  /** Path that the schema is held to the value at; its fields' paths go on from there. Default: the table's row. */
  readonly at?: string;
  /** Path of a list column, the fields of whose structs are meant instead. */
  readonly list?: string;
}

/**
 * Makes what a table of a contract asks of the values at one path a schema. Columns that stand elsewhere, that are lists,
 * worked out, or null where a value does not fit, are none of it; of the rules between columns, those of severity error
 * that ask that one is at most another.
 */
export function schemaOf<R = Readonly<Record<string, Scalar>>>(
  table: ContractTable,
  { at = table.row, list }: SchemaPart = {},
): Schema<R> {
  const columns = list === undefined ? table.columns : fieldsOf(table, list);
  const place = list === undefined ? at : `${list}[]`;
  const fields = columns.flatMap((column) => toField(column, place) ?? []);
  return {
    name: table.name,
    fields,
    rules: list === undefined && at === table.row ? table.rules.flatMap(toAtMost) : [],
  } as unknown as Schema<R>;
}

function fieldsOf(table: ContractTable, list: string): readonly ContractColumn[] {
  return table.columns.find(({ from }) => from === list)?.items?.fields ?? [];
}

function toField(column: ContractColumn, at: string): Field | undefined {
  const { name, type, nullable, from, coerce, minLength = 0, maxLength, pattern, min, max, misfit } = column;
  const { values, severity } = column;
  const path = from === undefined ? undefined : pathBelow(from, at);
  if (path === undefined || misfit || !isScalar(type)) return undefined;
  return {
    path,
    column: name,
    type,
    nullable,
    ...(coerce ? { coerce } : {}),
    ...(minLength === 1 ? { nonEmpty: true as const } : {}),
    ...(minLength > 1 ? { minLength } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern: new RegExp(pattern, "u") }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(values ? { values } : {}),
    ...(severity ? { severity } : {}),
  };
}

/** What is left of a path below another; undefined where it is not below, or goes through an array. */
function pathBelow(path: string, at: string): string | undefined {
  if (path.startsWith("@")) return undefined;
  const rest = at === "$" ? path : path.startsWith(`${at}.`) ? path.slice(at.length + 1) : undefined;
  return rest === undefined || parsePath(rest)?.some((step) => "each" in step) ? undefined : rest;
}

function isScalar(type: ContractColumn["type"]): type is ContractScalar {
  return type !== "LIST" && type !== "STRUCT" && type !== "MAP";
}

/** The one kind of rule that a schema knows: that a column is at most another. */
function toAtMost({ holds, severity }: ContractRule): AtMost[] {
  const [, column, atMost] = /^(\w+) <= (\w+)$/.exec(holds) ?? [];
  return severity === "error" && column && atMost ? [{ column, atMost }] : [];
}
