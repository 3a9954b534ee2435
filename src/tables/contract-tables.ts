import { type Contract, type ContractColumn, datasetOf } from "../contract/model";
import { type Column, type ColumnType, listOfStructs, required } from "./columns";

/** Makes a table of a contract one of the lake's. */
export function toContractTable<N extends string>(
  contract: Contract,
  name: N,
): { readonly name: N; readonly doc: string; readonly columns: readonly Column[] } {
  const { doc = "", columns } = datasetOf(contract, name);
  return { name, doc, columns: columns.map(toColumn) };
}

/** Makes a column of a contract one of the lake's, with all that it holds. */
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

function toType({ name, type, items, fields = [] }: ContractColumn): ColumnType {
  if (type === "STRUCT") return { struct: fields.map(toColumn) };
  if (type !== "LIST" && type !== "MAP") return type;
  if (!items)
    throw new Error(`column ${name}: expected items of a ${type}, received none; check the contract`);
  return type === "LIST" ? { list: toColumn(items) } : listOfStructs([mapKey, toColumn(items)]);
}

const mapKey = required("key", "STRING", "The key that the value stands at.");
