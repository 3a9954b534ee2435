import { compileTable, type ReadTable, type TableOutcome } from "../contract/compile-table";
import { type ContractColumn, type ContractTable, tableOf } from "../contract/model";
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

const readers = new WeakMap<object, ReadTable<GradeRow>>();

/** Makes an event a row of grades_ID, as the contract says it, or tells why it is none; fields are those of `schema`. */
export function readGrade(event: unknown, origin: Origin, schema = gradeSchema): TableOutcome<GradeRow> {
  const read = readers.get(schema) ?? compileTable<GradeRow>(tableWith(schema));
  readers.set(schema, read);
  return read(event, origin);
}

/** The contract's grades_ID, with the fields and rules of a schema in place of its own. */
function tableWith(schema: Schema<GradeValues>): ContractTable {
  const table = tableOf(shippedContract, "grades_ID");
  if (schema === gradeSchema) return table;
  const fields = new Map(schema.fields.map((field) => [field.column as string, toColumn(field)]));
  return {
    ...table,
    columns: table.columns.map((column) => (fields.get(column.name) ?? column) as ContractColumn),
    rules: [...schema.rules.map(toRule), ...table.rules.filter(({ severity }) => severity === "warning")],
  };
}
