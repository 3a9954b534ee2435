import type { Contract, ContractColumn, ContractTable } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import type { GradeRow, Origin } from "../tables/tables";
import { schemaOf } from "./contract-schemas";
import { type Enforced, enforceSchema } from "./enforce";
import { type Schema, toColumn, toRule } from "./schema";

/** What the enforced schema takes from an event: a row of grades_ID but for what follows from it and its origin. */
export type GradeValues = Omit<GradeRow, "score" | keyof Origin>;

/** The enforced schema: what an event must hold to be graded, by the shipped contract. */
export const gradeSchema: Schema<GradeValues> = schemaOf("grades_ID");

/** Holds an event to the enforced schema, by default the project's. */
export function enforceGrade(event: unknown, schema = gradeSchema): Enforced<GradeValues> {
  return enforceSchema(schema, event);
}

const contracts = new WeakMap<Schema<GradeValues>, Contract>([[gradeSchema, shippedContract]]);
const schemas = new WeakMap<Contract, Schema<GradeValues>>();

/** The shipped contract, with the fields and rules of a schema in place of those of its grades_ID. */
export function contractWith(schema: Schema<GradeValues> = gradeSchema): Contract {
  const known = contracts.get(schema);
  if (known) return known;
  const tables = shippedContract.tables.map((table) =>
    table.name === "grades_ID" ? tableWith(schema, table) : table,
  );
  const contract = { ...shippedContract, tables };
  contracts.set(schema, contract);
  schemas.set(contract, schema);
  return contract;
}

/** The schema that a contract was made with by contractWith; undefined for any other. */
export function schemaOfContract(contract: Contract): Schema<GradeValues> | undefined {
  return schemas.get(contract);
}

/** What a field does not say of its column stays: its key, and what it means. */
function tableWith(schema: Schema<GradeValues>, table: ContractTable): ContractTable {
  const fields = new Map(schema.fields.map((field) => [field.column as string, toColumn(field)]));
  const columns = table.columns.map((column): ContractColumn => {
    const field = fields.get(column.name);
    if (!field) return column;
    const { doc, nullMeans, unit, keyPosition, references } = column;
    const meaning = { doc, unit, keyPosition, references, ...(field.nullable ? { nullMeans } : {}) };
    const said = Object.entries(meaning).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(said), ...(field as ContractColumn) };
  });
  const warnings = table.rules.filter(({ severity }) => severity === "warning");
  return { ...table, columns, rules: [...schema.rules.map(toRule), ...warnings] };
}
