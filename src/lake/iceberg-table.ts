import { randomUUID } from "node:crypto";
import { ServiceError } from "../base/errors";
import { isSourceMissing } from "../hdfs/errors";
import { type DataFile, readManifest, writeManifest, writeManifestList } from "../iceberg/manifests";
import { type IcebergSnapshot, toSnapshot, toTableMetadata } from "../iceberg/metadata";
import { addSchema, type IcebergSchema } from "../iceberg/schema";
import { tableIn } from "../tables/lake-model";
import type { TableName } from "../tables/tables";
import type { Commit } from "./commit-file";
import { type KnownCounts, listDataFiles, noteCounts } from "./iceberg-files";
import {
  listName,
  manifestName,
  metadataName,
  type OpenPlace,
  openPlace,
  type Place,
  prunePlace,
  putFile,
  putMetadata,
  readPlace,
} from "./iceberg-place";
import type { Lake } from "./lake";
import type { Pin } from "./version-names";

/** A version that is to be written. */
export interface WantedVersion {
  readonly number: number;
  readonly lake: Lake;
  /** Its commit; undefined where it is gone, or has tables of an earlier build. */
  readonly readCommit: () => Promise<Commit | undefined>;
}

/** What of a lake is written as Iceberg. */
export interface TablesPlan {
  /** What all paths begin with, as in hdfs://127.0.0.1:8020. */
  readonly address: string;
  /** Oldest first. */
  readonly versions: readonly WantedVersion[];
  readonly pins: readonly Pin[];
  /** A folder below `_tmp` of this export alone. */
  readonly folder: string;
}

/** A table as Iceberg. */
export interface IcebergTable {
  readonly table: TableName;
  /** Address of its directory. */
  readonly location: string;
  /** Address of its newest metadata. */
  readonly metadata: string;
  /** The versions that it has, oldest first. */
  readonly versions: readonly number[];
}

const tries = 5;

/** Brings a table's metadata to the versions of the plan; where others do so at the same moment, after them. */
export async function exportTable(lake: Lake, plan: TablesPlan, table: TableName): Promise<IcebergTable> {
  for (let count = 1; count <= tries; count++) {
    const done = await exportOnce(lake, plan, table).catch((error: Error) => {
      if (!isSourceMissing(error) || count === tries) throw error; // a lander that begins has swept what was staged
    });
    if (done) return done;
  }
  throw new ServiceError(
    `hdfs ${lake.at("_iceberg")}/${table}: expected to write its next metadata, received another's ${tries} times; does another run write them in turn? Run it again`,
  );
}

/** Undefined where another has written metadata of the same number. */
async function exportOnce(lake: Lake, plan: TablesPlan, table: TableName): Promise<IcebergTable | undefined> {
  const place = await readPlace(lake, table);
  const { before, number } = place;
  const location = `${plan.address}${lake.at(`_iceberg/${table}`)}`;
  const schemas = addSchema(before?.schemas ?? [], tableIn(lake.model, table));
  const kept =
    before?.location === location ? before.snapshots.filter((one) => isKept(place, plan, one)) : [];
  const missing = plan.versions.filter((version) =>
    kept.every((one) => one["snapshot-id"] !== version.number),
  );
  const toText = (snapshots: readonly IcebergSnapshot[]) => {
    const uuid = before?.["table-uuid"] ?? randomUUID();
    const own = { table: tableIn(lake.model, table), location, uuid, schemas, snapshots, tags: plan.pins };
    return JSON.stringify(toTableMetadata(own), undefined, 1);
  };
  const toReport = (last: number, snapshots: readonly IcebergSnapshot[]): IcebergTable => {
    const versions = snapshots.map((one) => one["snapshot-id"]).sort((a, b) => a - b);
    return { table, location, metadata: `${location}/metadata/${metadataName(last)}`, versions };
  };
  if (before && missing.length === 0 && toText(kept) === JSON.stringify(before, undefined, 1))
    return toReport(number, kept);
  const opened = await openPlace(lake, place, plan.folder);
  const schema = schemas.at(-1) as IcebergSchema;
  const snapshots = [
    ...kept,
    ...(await writeVersions(lake, { ...plan, versions: missing }, { opened, location, schema })),
  ];
  if (snapshots.length === 0) return toReport(number, []);
  if (!(await putMetadata(lake, opened, toText(snapshots)))) return undefined;
  await prunePlace(
    lake,
    place,
    plan.versions.map((version) => version.number),
  );
  return toReport(number + 1, snapshots);
}

/** Of a version that is still wanted, and whose list of manifests nobody has removed. */
function isKept({ names }: Place, { versions }: TablesPlan, snapshot: IcebergSnapshot): boolean {
  const number = snapshot["snapshot-id"];
  return names.has(listName(number)) && versions.some((one) => one.number === number);
}

interface Target {
  readonly opened: OpenPlace;
  readonly location: string;
  readonly schema: IcebergSchema;
}

/** Writes the manifests of versions, and says what each is as a snapshot. */
async function writeVersions(
  lake: Lake,
  { address, versions }: TablesPlan,
  { opened, ...target }: Target,
): Promise<IcebergSnapshot[]> {
  const known = await readKnown(lake, opened);
  const snapshots: IcebergSnapshot[] = [];
  for (const { lake: version, readCommit } of versions) {
    const commit = await readCommit();
    if (!commit || !(await version.hdfs.stat(version.at(opened.table)))) continue; // a table of a later contract
    const files = await listDataFiles(version, { table: opened.table, commit, address, known });
    snapshots.push(await writeVersion(lake, { opened, ...target }, { commit, files }));
  }
  return snapshots;
}

async function writeVersion(
  lake: Lake,
  { opened, location, schema }: Target,
  { commit, files }: { readonly commit: Commit; readonly files: readonly DataFile[] },
): Promise<IcebergSnapshot> {
  const { number, committedAt } = commit;
  const manifest = await writeManifest(number, schema, files);
  await putFile(lake, opened, manifestName(number), manifest);
  const path = `${location}/metadata/${manifestName(number)}`;
  const list = await writeManifestList(number, { path, bytes: manifest.length }, files);
  await putFile(lake, opened, listName(number), list);
  const sum = (of: (file: DataFile) => number) => files.reduce((total, file) => total + of(file), 0);
  const facts = {
    number,
    committedMs: Date.parse(committedAt),
    manifestList: `${location}/metadata/${listName(number)}`,
    fileCount: files.length,
    rowCount: sum(({ rowCount }) => rowCount),
    bytes: sum(({ bytes }) => bytes),
  };
  return toSnapshot(facts, schema);
}

/** How many rows the files have that were written last. */
async function readKnown(lake: Lake, { directory, names, before }: Place): Promise<KnownCounts> {
  const known: KnownCounts = new Map();
  const name = manifestName(before?.snapshots.at(-1)?.["snapshot-id"] ?? 0);
  if (names.has(name))
    noteCounts(known, await readManifest(await lake.hdfs.read(lake.at(`${directory}/${name}`))));
  return known;
}
