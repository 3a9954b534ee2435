import type { TableMetadata } from "../iceberg/metadata";
import type { TableName } from "../tables/tables";
import { openStaging } from "./access";
import { toPartNumber } from "./commit-file";
import type { Lake } from "./lake";

/** The directory of the tables as Iceberg, in a lake's. */
export const icebergDirectory = "_iceberg";

/** Where a table's metadata are, and which there are. Paths are relative to the lake. */
export interface Place {
  readonly table: TableName;
  readonly directory: string;
  /** Names of the files that there are. */
  readonly names: ReadonlySet<string>;
  /** Of the newest metadata; 0 where there are none. */
  readonly number: number;
  readonly before: TableMetadata | undefined;
}

/** Looks for a table's metadata. */
export async function readPlace(lake: Lake, table: TableName): Promise<Place> {
  const directory = `${icebergDirectory}/${table}/metadata`;
  const names = new Set((await lake.hdfs.list(lake.at(directory))).map(({ name }) => name));
  const number = Math.max(0, ...[...names].map((name) => metadataNumber(name) ?? 0));
  if (number === 0) return { table, directory, names, number, before: undefined };
  const text = (await lake.hdfs.read(lake.at(`${directory}/${metadataName(number)}`))).toString("utf8");
  return { table, directory, names, number, before: JSON.parse(text) as TableMetadata };
}

/** A place that is written to, and the folder out of sight in which its files are made. */
export interface OpenPlace extends Place {
  readonly staged: string;
  /** That of its files. */
  readonly mode: string;
}

/** Makes the directory, as open and as closed as the table's own, and a folder in `folder` for its files. */
export async function openPlace(lake: Lake, place: Place, folder: string): Promise<OpenPlace> {
  const { table, directory } = place;
  await openStaging(lake, table, `${icebergDirectory}/${table}`);
  await lake.hdfs.makeDirectory(lake.at(directory));
  const { path: staged, mode } = await openStaging(lake, table, `${folder}/${table}`);
  return { ...place, staged, mode };
}

/** The name of a table's metadata. */
export function metadataName(number: number): string {
  return `v${number}.metadata.json`;
}

function metadataNumber(name: string): number | undefined {
  const match = /^v(\d+)\.metadata\.json$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The name of a version's list of manifests. */
export function listName(version: number): string {
  return `snap-${toPartNumber(version)}.avro`;
}

/** The name of a version's manifest. */
export function manifestName(version: number): string {
  return `manifest-${toPartNumber(version)}.avro`;
}

/** Puts a file in its place in one step, over one that is there. */
export async function putFile(
  lake: Lake,
  { directory, staged, mode }: OpenPlace,
  name: string,
  content: Buffer,
) {
  const path = lake.at(`${staged}/${name}`);
  await lake.hdfs.write(path, content, { mode });
  await lake.hdfs.replace(path, lake.at(`${directory}/${name}`));
}

/** Makes metadata the table's next ones; false where another run's are. */
export async function putMetadata(lake: Lake, place: OpenPlace, text: string): Promise<boolean> {
  const { directory, staged, mode, number } = place;
  const name = metadataName(number + 1);
  const path = lake.at(`${staged}/${name}`);
  await lake.hdfs.write(path, Buffer.from(text), { mode });
  if (!(await lake.hdfs.rename(path, lake.at(`${directory}/${name}`)))) return false;
  await putFile(lake, place, "version-hint.text", Buffer.from(String(number + 1)));
  return true;
}

/** Metadata before the last so many go: who has begun with one goes on with it, and a catalogue may name one. */
const keptMetadata = 100;

/** Removes old metadata, and the manifests of versions before the newest that are not wanted any more. */
export async function prunePlace(
  lake: Lake,
  { directory, names, number }: Place,
  wanted: readonly number[],
): Promise<void> {
  const newest = wanted.at(-1) ?? 0;
  const isDue = (name: string) => {
    const metadata = metadataNumber(name);
    if (metadata !== undefined) return metadata <= number + 1 - keptMetadata;
    const version = Number(/^(?:snap|manifest)-(\d+)\.avro$/.exec(name)?.[1] ?? newest);
    return version < newest && !wanted.includes(version);
  };
  for (const name of names) if (isDue(name)) await lake.hdfs.remove(lake.at(`${directory}/${name}`));
}
