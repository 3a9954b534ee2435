import { formatTable } from "../base/terminal";
import { formatCount } from "../base/text";
import type { LakesComparison } from "../sql/against";

/** What comparing two lakes came to, a line a table, and below the first differences of each. */
export function formatAgainst({ tables, here, there }: LakesComparison): string {
  const rows = tables.map((one) => {
    const numbers = [one.here, one.there, one.onlyHere, one.onlyThere, one.differing].map(formatCount);
    return [one.table, ...numbers, one.ok ? "equal" : "differs"];
  });
  const head = ["table", "rows here", "rows there", "only here", "only there", "other values", "result"];
  const differences = tables.flatMap((one) => one.differences.map((text) => `${one.table}: ${text}`));
  return [formatTable(head, rows, [1, 2, 3, 4, 5]), ...differences, `here ${here}, there ${there}`].join(
    "\n",
  );
}
