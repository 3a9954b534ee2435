import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { localDir, projectPath } from "user-activity/dist/base/paths";

/** What pyarrow and DuckDB saw in one file; INT64 is text here, timestamps are ms, columns are [name, type]. */
export interface Reading {
  readonly path: string;
  readonly arrow: {
    readonly columns: readonly (readonly [string, string])[];
    readonly metadata: Readonly<Record<string, string>>;
    readonly rowGroups: readonly number[];
    readonly rows: readonly unknown[];
  };
  readonly duckdb: {
    readonly columns: readonly (readonly [string, string])[];
    readonly rows: readonly unknown[];
  };
  /** Per ordered column: name, rows that DuckDB found below some value, rows that there are. */
  readonly below: readonly (readonly [string, number, number])[];
}

const python = process.env.PYTHON_FOR_TESTS ?? join(localDir, "venv", "bin", "python");

/** Why pyarrow and DuckDB can't be asked, or false; a Python that is named but missing is an error, not a reason. */
export const noPython: string | false =
  process.env.PYTHON_FOR_TESTS === undefined &&
  !existsSync(python) &&
  `no Python environment at ${python}: run the set-up, or set PYTHON_FOR_TESTS to one with pyarrow and duckdb`;

/** Reads Parquet files with pyarrow and DuckDB; all in one go, since starting them takes a second. */
export function readWithOthers(paths: readonly string[]): Reading[] {
  const script = projectPath("test", "python", "parquet_as_seen.py");
  const text = execFileSync(python, [script, ...paths], { encoding: "utf8", maxBuffer: 2 ** 30 });
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
