import type { DataFrame } from "danfojs-node";
import { toFrame } from "./frames";
import type { FetchedPart } from "./part-cache";
import { query } from "./query";
import { formatCount, formatMegabytes } from "./report";
import { openBar, type ProgressBar } from "./show-progress";
import type { SqlParameter } from "./sql-values";

/**
 * Runs SQL over the landed tables and returns its result as a danfo frame (n rows x k columns), for a notebook:
 * sql`SELECT ... WHERE exam_name = ${name}`. What stands in ${} goes along as a value, never as a piece of SQL.
 * Timestamps are ISO 8601 text in UTC, whole numbers that a number can't hold and nested values are text. While much has
 * to be fetched from HDFS, the notebook's output says how far it is.
 */
export async function sql(
  text: TemplateStringsArray | string,
  ...values: readonly SqlParameter[]
): Promise<DataFrame> {
  const statement = typeof text === "string" ? text : joinParts(text);
  const fetching = watchFetching();
  const { columns, rows } = await query(statement, {
    parameters: values,
    timestamps: "text",
    onFetch: fetching.see,
  }).finally(fetching.end);
  return toFrame(
    rows,
    columns.map(({ name }) => name),
  );
}

function joinParts(parts: readonly string[]): string {
  return parts.reduce((joined, part, index) => `${joined}$${index}${part}`);
}

/** Fetches of fewer bytes are done in a second or so; no time is measured, so that the output is the same in every run. */
const shownBytes = 32 * 2 ** 20;

function watchFetching() {
  let [parts, bytes] = [0, 0];
  let bar: ProgressBar | undefined;
  const amount = () => `${formatCount(parts)} files, ${formatMegabytes(bytes)}`;
  return {
    see: (part: FetchedPart) => {
      parts++;
      bytes += part.bytes;
      if (bytes >= shownBytes) bar ??= openBar("fetching the tables");
      bar?.tell(amount());
    },
    end: () => bar?.done(`fetched from HDFS: ${amount()}`),
  };
}
