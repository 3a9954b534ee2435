import { formatCount } from "../base/text";
import { type ColumnPart, describeRow, describeUnit, outlineType, partsOf } from "../tables/column-docs";
import { keys } from "../tables/keys";
import { type Table, type TableName, tables } from "../tables/tables";
import type { LakeContents } from "./catalogue";
import { formatWhole } from "./commit-file";
import { versionName } from "./version-names";

/** Describes the lake in words (Markdown), for a person who finds its directory and has never heard of the project. */
export function toLakeReadme(contents: LakeContents): string {
  const { commit, state, lakeDir } = contents;
  const names = Object.keys(tables) as TableName[];
  const sections = [
    "# User activity",
    `Assessment events from the Kafka topic \`${state.topic}\`, as five tables of Parquet files. A table is a directory: all \`part-*.parquet\` in it, together. Names that start with \`_\` belong to the program that lands the tables.`,
    listTables(contents),
    `Every message of the topic is in one of three places, and the sum holds: **${formatWhole(state)}**. The same exam ID delivered again with the same contents is a duplicate and adds nothing but a row of raw_data; what is no sound event is in quarantine, with every reason.`,
    `Written by commit ${commit.number} at ${commit.committedAt}, and again by every landing. It holds the messages up to ${describeOffsets(state.offsets)} (the offset of the next message). \`datapackage.json\` says the same to programs, as a [Frictionless Data Package](https://datapackage.org/), and every Parquet file carries the description of its columns in its footer.`,
    ...describeVersion(contents),
    "## How to read them",
    readingSections(contents),
    "## Good to know",
    notes,
    ...names.map((name) => describeTable(tables[name], lakeDir)),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Where the tables stay as they are, for those who must not see them change. */
function describeVersion({ commit, lakeDir, isVersion }: LakeContents): string[] {
  if (!isVersion) return [];
  const path = `${lakeDir}/.snapshot/${versionName(commit.number)}`;
  return [
    `All tables as of this commit stay readable under \`${path}/<table>\`, which nothing changes any more, for a day and as long as the commit is one of the last: read several tables from there. \`npx user-activity versions\` lists them, and pins what is to stay.`,
  ];
}

/** What a reader of the tables had better know, as a list. */
export const notes = [
  "- All times are UTC.",
  '- `timestamp`, `offset`, `partition` and `table` are words of SQL: quote them, `"offset"` in DuckDB, `` `offset` `` in Spark and Hive.',
  "- Where `score` is averaged, `course_ID` has done it: one exam ID counts once, however often it was delivered.",
  "- A course is an `exam_name`, and may have several assessments (`base_exam_id`); `course_ID` puts them together.",
  "- An exam ID that was refused a grade can have questions: join questions_pool_data with grades_ID by user_exam_id, and expect some without a grade.",
  "- `partition` and `offset` lead from any row to its message in raw_data.",
  "- A commit's files appear table by table: for a moment, one table can be a commit ahead of another.",
  '- Small files are merged now and then: where one that was listed is "not found", list the table again.',
].join("\n");

function listTables({ state, parts }: LakeContents): string {
  const rows = (Object.keys(tables) as TableName[]).map((name) => {
    const bytes = parts[name].reduce((sum, part) => sum + part.bytes, 0);
    return [
      name,
      tables[name].doc ?? "",
      formatCount(state.rowCounts[name]),
      formatCount(parts[name].length),
      formatCount(bytes),
    ];
  });
  return toTable(["table", "one row", "rows", "files", "bytes"], rows, 2);
}

function readingSections({ webhdfsUrl, lakeDir }: LakeContents): string {
  const { hostname, port, protocol } = new URL(webhdfsUrl);
  const number = port || (protocol === "https:" ? "443" : "80");
  const secure = protocol === "https:" ? ", use_https=True" : "";
  const options = secure ? ', storage_options={"use_https": True}' : "";
  return [
    "pandas (with pyarrow, fsspec and requests installed):",
    fence("python", [
      "import pandas as pd",
      `grades = pd.read_parquet("webhdfs://${hostname}:${number}${lakeDir}/grades_ID"${options})`,
      'print(grades.groupby("exam_name")["score"].agg(["count", "mean"]))',
    ]),
    "DuckDB (with pyarrow, fsspec and requests installed), where pyarrow reads the files:",
    fence("python", [
      "import duckdb, fsspec",
      "import pyarrow.dataset as ds",
      `hdfs = fsspec.filesystem("webhdfs", host="${hostname}", port=${number}${secure})`,
      `course_ID = ds.dataset("${lakeDir}/course_ID", filesystem=hdfs)`,
      'print(duckdb.sql("FROM course_ID ORDER BY attempts DESC"))',
    ]),
    "Spark, where it is set up for this cluster:",
    fence("text", [
      `spark.read.parquet("hdfs://${lakeDir}/grades_ID").groupBy("exam_name").avg("score").show()`,
    ]),
  ].join("\n\n");
}

/** Describes a table as a section: what a row is, its keys, its columns. */
export function describeTable(table: Table, lakeDir: string): string {
  const { primaryKey, foreignKeys } = keys[table.name];
  const leads = foreignKeys.map(
    ({ columns, table: other, references }) => `${list(columns)} leads to ${other} (${list(references)})`,
  );
  const lines = [`Key: ${list(primaryKey)}.`, ...leads.map((lead) => `${lead}.`)];
  const rows = table.columns.flatMap((column) => partsOf(column)).map(describePart);
  return [
    `## ${table.name}`,
    `\`${lakeDir}/${table.name}\`. ${describeRow(table)} ${lines.join(" ")}`,
    toTable(["column", "type", "unit", "null means", "holds"], rows, 5),
  ].join("\n\n");
}

/** A row of the table of columns, for a column, a field or what a list holds. */
function describePart({ path, column }: ColumnPart): string[] {
  const { nullable, nullMeans = "", doc = "" } = column;
  const type = outlineType(column);
  const shown = type === "LIST<STRUCT>" ? "LIST of structs" : type;
  return [`\`${path}\``, shown, describeUnit(column), nullable ? nullMeans : "never null", doc];
}

function describeOffsets(offsets: LakeContents["state"]["offsets"]): string {
  const ends = Object.entries(offsets).map(([partition, offset]) => `${offset} in partition ${partition}`);
  return ends.length === 0 ? "none" : ends.join(", ");
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[], firstNumber: number): string {
  const rule = head.map((_, index) => (index < firstNumber ? "---" : "--:"));
  const toCell = (text: string) => text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return [head, rule, ...rows].map((cells) => `| ${cells.map(toCell).join(" | ")} |`).join("\n");
}

function fence(language: string, lines: readonly string[]): string {
  return `\`\`\`${language}\n${lines.join("\n")}\n\`\`\``;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
