import type { Table } from "../tables/tables";
import { type IcebergSchema, lastFieldId, toNameMapping } from "./schema";

/** A version as a table's metadata has it: the number of its commit is its ID and its sequence number. */
export interface IcebergSnapshot {
  readonly "snapshot-id": number;
  readonly "parent-snapshot-id"?: number;
  readonly "sequence-number": number;
  readonly "timestamp-ms": number;
  readonly "manifest-list": string;
  readonly "schema-id": number;
  readonly summary: Readonly<Record<string, string>>;
}

/** What is read of a table's metadata when the next is made. */
export interface TableMetadata {
  readonly "format-version": 2;
  readonly "table-uuid": string;
  readonly location: string;
  readonly schemas: readonly IcebergSchema[];
  readonly snapshots: readonly IcebergSnapshot[];
  readonly refs: Readonly<
    Record<string, { readonly "snapshot-id": number; readonly type: "branch" | "tag" }>
  >;
  readonly [key: string]: unknown;
}

/** What a version comes to in one table. */
export interface VersionFacts {
  readonly number: number;
  readonly committedMs: number;
  /** Address of the list of its manifests. */
  readonly manifestList: string;
  readonly fileCount: number;
  readonly rowCount: number;
  readonly bytes: number;
}

/** A version as a snapshot, whose rows have the columns of a schema. */
export function toSnapshot(facts: VersionFacts, schema: IcebergSchema): IcebergSnapshot {
  return {
    "snapshot-id": facts.number,
    "sequence-number": facts.number,
    "timestamp-ms": facts.committedMs,
    "manifest-list": facts.manifestList,
    "schema-id": schema["schema-id"],
    summary: {
      operation: "overwrite", // every path is another one's in the version before
      "total-data-files": String(facts.fileCount),
      "total-records": String(facts.rowCount),
      "total-files-size": String(facts.bytes),
      "user-activity.version": String(facts.number),
    },
  };
}

/** A table, its address, what its metadata were, and the versions that it is to have. */
export interface TablePlan {
  readonly table: Table;
  readonly location: string;
  readonly uuid: string;
  readonly schemas: readonly IcebergSchema[];
  /** At least one, in any order. */
  readonly snapshots: readonly IcebergSnapshot[];
  /** Names of versions: those of the pins. */
  readonly tags: readonly { readonly name: string; readonly version: number }[];
}

/** Makes a table's metadata, in version 2 of the format. */
export function toTableMetadata({ table, location, uuid, schemas, tags, ...plan }: TablePlan): TableMetadata {
  const snapshots = chain(plan.snapshots);
  const last = snapshots.at(-1);
  const current = last?.["snapshot-id"] ?? -1;
  const schemaId = schemas.at(-1)?.["schema-id"] ?? 0;
  return {
    "format-version": 2,
    "table-uuid": uuid,
    location,
    "last-sequence-number": last?.["sequence-number"] ?? 0,
    "last-updated-ms": last?.["timestamp-ms"] ?? 0,
    "last-column-id": lastFieldId(schemas),
    schemas: [...schemas].sort((a, b) => a["schema-id"] - b["schema-id"]),
    "current-schema-id": schemaId,
    "partition-specs": [{ "spec-id": 0, fields: [] }],
    "default-spec-id": 0,
    "last-partition-id": 999,
    "sort-orders": [{ "order-id": 0, fields: [] }],
    "default-sort-order-id": 0,
    properties: {
      "schema.name-mapping.default": JSON.stringify(toNameMapping(schemas)),
      "gc.enabled": "false", // the files are HDFS's to keep and to remove
      ...(table.doc ? { comment: table.doc } : {}),
    },
    "current-snapshot-id": current,
    refs: toRefs(current, snapshots, tags),
    snapshots,
    "snapshot-log": snapshots.map((snapshot) => ({
      "snapshot-id": snapshot["snapshot-id"],
      "timestamp-ms": snapshot["timestamp-ms"],
    })),
    "metadata-log": [],
  };
}

/** In the order of their commits, each with the one before as its parent, and at a later time, as readers want it. */
function chain(snapshots: readonly IcebergSnapshot[]): IcebergSnapshot[] {
  const ordered = [...snapshots].sort((a, b) => a["snapshot-id"] - b["snapshot-id"]);
  const chained: IcebergSnapshot[] = [];
  for (const { "parent-snapshot-id": _, ...snapshot } of ordered) {
    const before = chained.at(-1);
    const timestamp = Math.max(snapshot["timestamp-ms"], (before?.["timestamp-ms"] ?? 0) + 1);
    const parent = before ? { "parent-snapshot-id": before["snapshot-id"] } : {};
    chained.push({ ...snapshot, ...parent, "timestamp-ms": timestamp });
  }
  return chained;
}

function toRefs(
  current: number,
  snapshots: readonly IcebergSnapshot[],
  tags: TablePlan["tags"],
): TableMetadata["refs"] {
  const isThere = (version: number) => snapshots.some((snapshot) => snapshot["snapshot-id"] === version);
  const own = tags.filter(({ name, version }) => name !== "main" && isThere(version));
  const pins = own.map(({ name, version }) => [name, { "snapshot-id": version, type: "tag" as const }]);
  return { ...Object.fromEntries(pins), main: { "snapshot-id": current, type: "branch" } };
}
