import { type Contract, type ContractColumn, datasetOf } from "../contract/model";
import type { Column, ScalarType } from "./columns";

/** Makes a table of a contract one of the lake's. */
export function toContractTable<N extends string>(
  contract: Contract,
  name: N,
): { readonly name: N; readonly doc: string; readonly columns: readonly Column[] } {
  const { doc = "", columns } = datasetOf(contract, name);
  return { name, doc, columns: columns.map(toColumn) };
}

/** Makes a column of a contract one that the lake can hold: a scalar, or a list of structs. */
export function toColumn(column: ContractColumn): Column {
  const { name, nullable, doc, nullMeans, unit, min, max } = column;
  return {
    name,
    type: toType(column),
    nullable,
    ...(doc === undefined ? {} : { doc }),
    ...(nullMeans === undefined ? {} : { nullMeans }),
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function toType({ name, type, items }: ContractColumn): Column["type"] {
  if (isScalarType(type)) return type;
  if (type === "LIST" && items?.type === "STRUCT") return (items.fields ?? []).map(toColumn);
  throw new Error(`column ${name}: no table of the lake holds ${type} yet`);
}

function isScalarType(type: ContractColumn["type"]): type is ScalarType {
  return !["LIST", "STRUCT", "MAP", "DATE"].includes(type);
}
