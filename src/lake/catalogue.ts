import { formatNumberWord } from "../base/text";
import { describeRow } from "../tables/column-docs";
import type { ForeignKey } from "../tables/keys";
import { type LakeModel, shippedModel, tableIn, tableNames } from "../tables/lake-model";
import { schemaVersion, type TableName } from "../tables/tables";
import type { LakeState } from "./commit-file";
import { type Counts, formatWhole, type Whole } from "./counts";
import { type FieldDescriptor, toFieldDescriptor } from "./field-descriptors";
import type { Gap } from "./gaps";
import { versionName } from "./version-names";

/** One file of a table: its path relative to the lake's directory. */
export interface PartFile {
  readonly path: string;
  readonly bytes: number;
}

/** The files of each table, in the order they were landed. */
export type LakeParts = Readonly<Record<string, readonly PartFile[]>>;

/** The files of the tables once those of a commit are among them, in place of what had their names. */
export function addParts(
  parts: LakeParts,
  files: readonly (PartFile & { readonly table: string })[],
): LakeParts {
  const tables = new Set([...Object.keys(parts), ...files.map(({ table }) => table)]);
  for (const table of ["index", "catalogue"]) tables.delete(table);
  const added = [...tables].map((table) => {
    const before = parts[table] ?? [];
    const own = files.filter((file) => file.table === table).map(({ path, bytes }) => ({ path, bytes }));
    const others = before.filter((part) => own.every(({ path }) => path !== part.path));
    return [table, own.length > 0 ? [...others, ...own] : before];
  });
  return Object.fromEntries(added);
}

/** What a lake is once a commit's files are placed: all that its catalogue says follows from this. */
export interface LakeContents {
  /** Where the lander found it: the NameNode's HTTP address and the directory in HDFS. */
  readonly webhdfsUrl: string;
  readonly lakeDir: string;
  /** The commit, its time (ISO 8601, UTC) and the version of its format. */
  readonly commit: { readonly number: number; readonly committedAt: string; readonly format: number };
  readonly state: Pick<LakeState, "offsets" | "rowCounts"> & Whole;
  readonly parts: LakeParts;
  /** Its tables; default those of the shipped contract. */
  readonly model?: LakeModel;
  /** Whether the commit becomes a version; default not. */
  readonly isVersion?: boolean;
}

/** Where the rows come from; a property of our own beside the standard ones. */
export interface Lineage {
  readonly topic: string;
  /** By partition: the offset of the first message that is not in the tables. */
  readonly offsets: Readonly<Record<string, string>>;
  readonly counts: Counts;
  /** Offsets that were gone before they were landed. */
  readonly gaps: readonly Gap[];
  readonly commit: number;
  readonly commitFormat: number;
  readonly schemaVersion: number;
  readonly committedAt: string;
  /** Where the tables stay as this commit has them, relative to the catalogue; null where there are no versions. */
  readonly version: string | null;
}

/** The columns of a table and how its rows are told apart. */
export interface TableSchema {
  readonly fields: readonly FieldDescriptor[];
  /** Texts that stand for null: none, since empty text is no missing value in Parquet. */
  readonly missingValues: readonly string[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly object[];
}

/** One table in the terms of a Data Package. */
export interface ResourceDescriptor {
  readonly name: TableName;
  readonly type: "table";
  readonly description: string;
  /** Its files, relative to the catalogue; together they are the table. */
  readonly path: readonly string[];
  readonly format: "parquet";
  readonly mediatype: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly rows: number;
  readonly schema: TableSchema;
}

/** The catalogue of a lake: a Frictionless Data Package, version 2. */
export interface DataPackage {
  readonly $schema: string;
  readonly resources: readonly ResourceDescriptor[];
  readonly lineage: Lineage;
  readonly [property: string]: unknown;
}

/** Describes the lake's tables as a Frictionless Data Package (version 2), for programs. */
export function toDataPackage(contents: LakeContents): DataPackage {
  const { commit, state, parts, model = shippedModel } = contents;
  const { id } = model.contract;
  const isShipped = model === shippedModel;
  return {
    $schema: "https://datapackage.org/profiles/2.0/datapackage.json",
    name: "user-activity",
    title: isShipped
      ? "User activity: assessment events as tables"
      : `User activity: events of the contract ${id} as tables`,
    description: `${capitalize(formatNumberWord(tableNames(model).length))} tables made from the messages of one Kafka topic; README.md says in words what they hold. ${formatWhole(state)}.`,
    created: commit.committedAt,
    licenses: [
      {
        name: "Apache-2.0",
        path: "https://www.apache.org/licenses/LICENSE-2.0",
        title:
          "Apache License 2.0, of the shipped events and these descriptions; events of your own keep theirs",
      },
    ],
    sources: [{ title: `Kafka topic ${state.topic}` }],
    lineage: toLineage(contents),
    resources: tableNames(model).map((name) =>
      toResource(model, name, parts[name] ?? [], state.rowCounts[name] ?? 0),
    ),
  };
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function toLineage({ commit, state, isVersion = false }: LakeContents): Lineage {
  const { topic, offsets, counts, gaps = [] } = state;
  const { number, format, committedAt } = commit;
  const version = isVersion ? `.snapshot/${versionName(number)}` : null;
  const made = { commit: number, commitFormat: format, schemaVersion, committedAt, version };
  return { topic, offsets, counts, gaps, ...made };
}

function toResource(
  model: LakeModel,
  name: string,
  parts: readonly PartFile[],
  rows: number,
): ResourceDescriptor {
  const { primaryKey = [], foreignKeys = [] } = model.keys[name] ?? {};
  const table = tableIn(model, name);
  return {
    name,
    type: "table",
    description: describeRow(table),
    path: parts.map((part) => part.path),
    format: "parquet",
    mediatype: "application/vnd.apache.parquet",
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    rows,
    schema: {
      fields: table.columns.map(toFieldDescriptor),
      missingValues: [],
      primaryKey,
      foreignKeys: foreignKeys.map(toForeignKey),
    },
  };
}

function toForeignKey({ columns, table, references }: ForeignKey) {
  return { fields: columns, reference: { resource: table, fields: references } };
}
