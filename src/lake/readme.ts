import { formatCount, formatNumberWord } from "../base/text";
import { type ColumnPart, describeRow, describeUnit, outlineType, partsOf } from "../tables/column-docs";
import type { TableKeys } from "../tables/keys";
import { type LakeModel, shippedModel, tableIn, tableNames } from "../tables/lake-model";
import type { Table } from "../tables/tables";
import type { LakeContents } from "./catalogue";
import { formatWhole } from "./counts";
import { versionName } from "./version-names";

/** Describes the lake in words (Markdown), for a person who finds its directory and has never heard of the project. */
export function toLakeReadme(contents: LakeContents): string {
  const { commit, state, lakeDir, model = shippedModel } = contents;
  const names = tableNames(model);
  const isShipped = model.contract.id === shippedModel.contract.id;
  const sections = [
    "# User activity",
    `${isShipped ? "Assessment events" : `Events of the contract ${model.contract.id}`} from the Kafka topic \`${state.topic}\`, as ${formatNumberWord(names.length)} tables of Parquet files. A table is a directory: all \`part-*.parquet\` in it, together. Names that start with \`_\` belong to the program that lands the tables.`,
    listTables(contents),
    `Every message of the topic is in one of three places, and the sum holds: **${formatWhole(state)}**. ${describeDuplicates(model)} what is no sound event is in quarantine, with every reason.`,
    `Written by commit ${commit.number} at ${commit.committedAt}, and again by every landing. It holds the messages up to ${describeOffsets(state.offsets)} (the offset of the next message). \`datapackage.json\` says the same to programs, as a [Frictionless Data Package](https://datapackage.org/), and every Parquet file carries the description of its columns in its footer.`,
    ...describeVersion(contents),
    "## How to read them",
    readingSections(contents, model),
    "## Good to know",
    isShipped ? notes : generalNotes,
    ...names.map((name) => describeTable(tableIn(model, name), lakeDir, model.keys[name])),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** What became of an event that came again, as a sentence and the beginning of the next. */
function describeDuplicates({ contract }: LakeModel): string {
  const { identity } = contract;
  if (contract.id === shippedModel.contract.id)
    return "The same exam ID delivered again with the same contents is a duplicate and adds nothing but a row of raw_data;";
  if (!identity) return "Every event is its own;";
  const older = identity.counts === "latest" ? `, and so is one that is older by \`${identity.by}\`` : "";
  return `The same \`${identity.path}\` delivered again with the same contents is a duplicate${older}, and adds nothing but a row of raw_data;`;
}

/** Where the tables stay as they are, for those who must not see them change. */
function describeVersion({ commit, lakeDir, isVersion }: LakeContents): string[] {
  if (!isVersion) return [];
  const path = `${lakeDir}/.snapshot/${versionName(commit.number)}`;
  return [
    `All tables as of this commit stay readable under \`${path}/<table>\`, which nothing changes any more, for a day and as long as the commit is one of the last: read several tables from there. \`npx user-activity versions\` lists them, and pins what is to stay.`,
  ];
}

const [firstNotes, lastNotes] = [
  [
    "- All times are UTC.",
    '- `timestamp`, `offset`, `partition` and `table` are words of SQL: quote them, `"offset"` in DuckDB, `` `offset` `` in Spark and Hive.',
  ],
  [
    "- `partition` and `offset` lead from any row to its message in raw_data.",
    "- A commit's files appear table by table: for a moment, one table can be a commit ahead of another.",
    '- Small files are merged now and then: where one that was listed is "not found", list the table again.',
  ],
];

/** What a reader of the shipped contract's tables had better know, as a list. */
export const notes = [
  ...firstNotes,
  "- Where `score` is averaged, `course_ID` has done it: one exam ID counts once, however often it was delivered.",
  "- A course is an `exam_name`, and may have several assessments (`base_exam_id`); `course_ID` puts them together.",
  "- An exam ID that was refused a grade can have questions: join questions_pool_data with grades_ID by user_exam_id, and expect some without a grade.",
  ...lastNotes,
].join("\n");

const generalNotes = [...firstNotes, ...lastNotes].join("\n");

function listTables({ state, parts, model = shippedModel }: LakeContents): string {
  const rows = tableNames(model).map((name) => {
    const files = parts[name] ?? [];
    const bytes = files.reduce((sum, part) => sum + part.bytes, 0);
    return [
      name,
      tableIn(model, name).doc ?? "",
      formatCount(state.rowCounts[name] ?? 0),
      formatCount(files.length),
      formatCount(bytes),
    ];
  });
  return toTable(["table", "one row", "rows", "files", "bytes"], rows, 2);
}

function readingSections({ webhdfsUrl, lakeDir }: LakeContents, model: LakeModel): string {
  const examples = examplesOf(model);
  const { hostname, port, protocol } = new URL(webhdfsUrl);
  const number = port || (protocol === "https:" ? "443" : "80");
  const secure = protocol === "https:" ? ", use_https=True" : "";
  const options = secure ? ', storage_options={"use_https": True}' : "";
  return [
    "pandas (with pyarrow, fsspec and requests installed):",
    fence("python", [
      "import pandas as pd",
      `${examples.name} = pd.read_parquet("webhdfs://${hostname}:${number}${lakeDir}/${examples.table}"${options})`,
      examples.pandas,
    ]),
    "DuckDB (with pyarrow, fsspec and requests installed), where pyarrow reads the files:",
    fence("python", [
      "import duckdb, fsspec",
      "import pyarrow.dataset as ds",
      `hdfs = fsspec.filesystem("webhdfs", host="${hostname}", port=${number}${secure})`,
      `${examples.second} = ds.dataset("${lakeDir}/${examples.second}", filesystem=hdfs)`,
      examples.duckdb,
    ]),
    "Spark, where it is set up for this cluster:",
    fence("text", [`spark.read.parquet("hdfs://${lakeDir}/${examples.table}")${examples.spark}.show()`]),
  ].join("\n\n");
}

/** What the examples ask of which tables. */
function examplesOf({ contract, eventTables, summaries }: LakeModel) {
  if (contract.id === shippedModel.contract.id)
    return {
      name: "grades",
      table: "grades_ID",
      second: "course_ID",
      pandas: 'print(grades.groupby("exam_name")["score"].agg(["count", "mean"]))',
      duckdb: 'print(duckdb.sql("FROM course_ID ORDER BY attempts DESC"))',
      spark: '.groupBy("exam_name").avg("score")',
    };
  const [table = ""] = eventTables;
  const second = summaries[0] ?? table;
  const duckdb = `print(duckdb.sql("FROM ${second}"))`;
  return { name: table, table, second, pandas: `print(${table}.describe())`, duckdb, spark: "" };
}

/** Describes a table as a section: what a row is, its keys, its columns. */
export function describeTable(table: Table, lakeDir: string, keys?: TableKeys): string {
  const { primaryKey = [], foreignKeys = [] } = keys ?? {};
  const leads = foreignKeys.map(
    ({ columns, table: other, references }) => `${list(columns)} leads to ${other} (${list(references)})`,
  );
  const key = primaryKey.length > 0 ? [`Key: ${list(primaryKey)}.`] : [];
  const lines = [...key, ...leads.map((lead) => `${lead}.`)];
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
