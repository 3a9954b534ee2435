import { ServiceError } from "../base/errors";
import { tables } from "../tables/tables";

/** Columns and fields of ours that SQL has for words of its own. */
const reservedNames = ["offset", "table", "at"];

const advices: readonly (readonly [RegExp, string])[] = [
  [/^Catalog Error: Table with name /, `The tables are ${Object.keys(tables).join(", ")}.`],
  [
    /^Permission Error|^Binder Error: (.*external|Can only (update|delete))|^Catalog Error: .* is not an table/,
    "A query reads the landed tables and nothing else; it writes no table and no file and changes no setting.",
  ],
  [
    /^Out of Memory Error/,
    'Select fewer columns or rows at once; "user-activity export" makes local files for DuckDB\'s own program.',
  ],
];

/** Says what DuckDB found wrong with a person's SQL, and at which place, with its own proposals and one of ours. */
export function toSqlError(error: unknown, sql: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const { message } = error as Error;
  const text = message.replace(/^Failed to extract statements: /, "").trim();
  const advice = advices.find(([pattern]) => pattern.test(text))?.[1] ?? adviseOnNames(text, sql);
  return new ServiceError(`query: ${text}${advice && `\n${advice}`}`, { cause: error });
}

function adviseOnNames(message: string, sql: string): string {
  if (!/^Parser Error/.test(message)) return "";
  const bare = reservedNames.filter((name) => new RegExp(`(?<!["'.\\w])${name}(?!["'\\w])`, "i").test(sql));
  if (bare.length === 0) return "";
  return `A column that is named like a word of SQL stands in double quotes: ${bare.map((name) => `"${name}"`).join(", ")}.`;
}
