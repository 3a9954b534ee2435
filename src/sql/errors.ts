import { ServiceError } from "../base/errors";
import { tables } from "../tables/tables";

/** Columns and fields of ours that SQL has for words of its own, each where it is not used as such a word. */
const reservedNames: readonly (readonly [string, RegExp])[] = [
  ["partition", /(?<!["'.\w])partition(?!["'\w]|\s+by\b)/i],
  ["offset", /(?<!["'.\w])offset(?!["'\w]|\s+\d)/i],
  ["timestamp", /(?<!["'.\w:]|\bas\s)timestamp(?!["'\w]|\s+')/i],
  ["table", /(?<!["'.\w]|\bcreate\s|\btemp\s|\bdrop\s|\balter\s)table(?!["'\w])/i],
  ["at", /(?<!["'.\w])at(?!["'\w]|\s+time\b)/i],
];

const advices: readonly (readonly [RegExp, string])[] = [
  [
    /^Catalog Error: Table (Function )?with name |^Binder Error: Referenced table /,
    `The tables are ${Object.keys(tables).join(", ")}.`,
  ],
  [
    /^Conversion Error: Unimplemented type for cast \(TIMESTAMP WITH TIME ZONE -> TIME\)/,
    "The time of day depends on the zone: (started_at AT TIME ZONE 'UTC')::TIME, say.",
  ],
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
  const bare = reservedNames.filter(([, isBare]) => isBare.test(sql));
  if (bare.length === 0) return "";
  return `A column that is named like a word of SQL stands in double quotes: ${bare.map(([name]) => `"${name}"`).join(", ")}.`;
}
