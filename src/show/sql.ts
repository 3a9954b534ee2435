import type { DataFrame } from "danfojs-node";
import { UsageError } from "../base/errors";
import { query } from "../sql/query";
import type { SqlParameter } from "../sql/values";
import { toFrame } from "./frames";
import { watchFetching } from "./progress";

/**
 * Runs SQL over the landed tables and returns its result as a danfo frame (n rows x k columns), for a notebook:
 * sql`SELECT ... WHERE exam_name = ${name}`. What stands in ${} goes along as a value, never as a piece of SQL; a statement
 * that is put together as text is refused with a UsageError, since runSql is for it. Timestamps are ISO 8601 text in UTC,
 * whole numbers that a number can't hold and nested values are text. While much has to be fetched from HDFS, the notebook's
 * output says how far it is.
 */
export async function sql(
  parts: TemplateStringsArray,
  ...values: readonly SqlParameter[]
): Promise<DataFrame> {
  return ask(toStatement("sql", parts), values);
}

/**
 * The same as of a version: sqlAt(42)`SELECT ...`. It is named by the number of its commit, a time (ISO 8601; UTC where it
 * has no offset) or a pin.
 */
export function sqlAt(
  at: string | number,
): (parts: TemplateStringsArray, ...values: readonly SqlParameter[]) => Promise<DataFrame> {
  return async (parts, ...values) => ask(toStatement("sqlAt(...)", parts), values, String(at));
}

function toStatement(name: string, parts: TemplateStringsArray): string {
  if (Array.isArray(parts)) return parts.reduce((joined, part, index) => `${joined}$${index}${part}`);
  throw new UsageError(
    `${name}: expected a template without parentheses, ${name}\`...\`, received ${typeof parts}; text is run by runSql(text)`,
  );
}

/**
 * The same for a statement that is put together as text, such as a view and the query that uses it. All of `text` becomes
 * SQL, so put into it only what you wrote yourself; values stand in it as $1, $2 and so on, and go along behind it.
 */
export async function runSql(text: string, ...values: readonly SqlParameter[]): Promise<DataFrame> {
  return ask(text, values);
}

async function ask(statement: string, parameters: readonly SqlParameter[], at?: string): Promise<DataFrame> {
  const fetching = watchFetching();
  const { columns, rows } = await query(statement, {
    parameters,
    timestamps: "text",
    onFetch: fetching.see,
    at,
  }).finally(fetching.end);
  return toFrame(
    rows,
    columns.map(({ name }) => name),
  );
}
