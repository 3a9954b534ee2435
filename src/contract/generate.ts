import type { Contract, ContractColumn, ContractScalar } from "./model";

const scalars: Readonly<Record<ContractScalar, string>> = {
  STRING: "string",
  INT32: "number",
  INT64: "bigint",
  DOUBLE: "number",
  BOOLEAN: "boolean",
  TIMESTAMP: "number",
  DATE: "number",
};

/** Writes the module of a contract: the types of its rows, and what it says as a constant, so that no start reads YAML. */
export function generateModule(contract: Contract, file: string): string {
  const { tables, summaries, ...rest } = contract;
  return `// Written by \`npm run contract\` from ${file}: change that file, not this one.
import type { Contract } from "./model";

/** What a row of each table looks like: TIMESTAMP is ms UTC, DATE days since 1970, INT64 a bigint. */
export interface ContractRows {
${[...tables, ...summaries].map(({ name, columns }) => `  readonly ${name}: ${structType(columns, "  ")};`).join("\n")}
}

// biome-ignore format: a line for each column
/** The shipped contract. */
export const shippedContract: Contract = {
${Object.entries(rest)
  .map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`)
  .join("\n")}
  tables: [
${tables.map(formatTable).join("\n")}
  ],
  summaries: [
${summaries.map(formatTable).join("\n")}
  ],
};
`;
}

function formatTable(table: { readonly columns: readonly ContractColumn[] }): string {
  const { columns, ...rest } = table;
  const lines = Object.entries(rest).map(([key, value]) => `      ${key}: ${JSON.stringify(value)},`);
  return [
    "    {",
    ...lines,
    "      columns: [",
    ...columns.map((column) => `        ${JSON.stringify(column)},`),
    "      ],",
    "    },",
  ].join("\n");
}

function structType(columns: readonly ContractColumn[], indent: string): string {
  const lines = columns.map((column) => {
    const type = typeOf(column, `${indent}  `);
    return `${indent}  readonly ${column.name}: ${type}${column.nullable ? " | null" : ""};`;
  });
  return ["{", ...lines, `${indent}}`].join("\n");
}

/** The type of a column's values, null aside. */
function typeOf({ type, items, fields = [] }: ContractColumn, indent: string): string {
  if (type === "STRUCT") return structType(fields, indent);
  if (type !== "LIST" && type !== "MAP") return scalars[type];
  const value = items ? typeOf(items, indent) : "unknown";
  const element = items?.nullable ? `(${value} | null)` : value;
  return type === "LIST"
    ? `readonly ${element}[]`
    : `readonly { readonly key: string; readonly value: ${element} }[]`;
}
