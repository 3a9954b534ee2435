import type { TableName } from "../tables/tables";

/** What verifying one table came to. */
export interface TableCheck {
  readonly table: TableName;
  /** Rows that were recomputed from raw_data (raw_data: rows that the last commit counts). */
  readonly expected: number;
  /** Rows that the table holds. */
  readonly received: number;
  readonly ok: boolean;
  /** What differs, in words, with one place as an example; empty where nothing does. */
  readonly difference: string;
}

/** Says that there are more rows or fewer than there should be; empty where there are as many. */
export function describeCounts(expected: number, received: number): string {
  return expected === received ? "" : `expected ${expected} rows, received ${received}`;
}
