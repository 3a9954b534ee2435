import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import avsc from "avsc";
import type { Hdfs } from "user-activity/dist/hdfs/hdfs";
import type { TableMetadata } from "user-activity/dist/iceberg/metadata";
import type { Lake } from "user-activity/dist/lake/lake";
import type { TableName } from "user-activity/dist/tables/tables";

/** An Avro container as the package avsc reads it: its header's schema as it stands there, and its records. */
export async function decodeAvro(bytes: Buffer) {
  const decoder = new avsc.streams.BlockDecoder();
  let meta: Record<string, Buffer> = {};
  decoder.on("metadata", (_type, _codec, header: { meta: Record<string, Buffer> }) => {
    meta = header.meta;
  });
  const records: Record<string, unknown>[] = [];
  const input = new PassThrough();
  input.end(bytes);
  for await (const record of input.pipe(decoder)) records.push(JSON.parse(JSON.stringify(record)));
  const header = Object.fromEntries(Object.entries(meta).map(([key, value]) => [key, value.toString()]));
  const { fields } = JSON.parse(header["avro.schema"] ?? "") as { fields: Record<string, unknown>[] };
  return { header, fields, records };
}

/** A snapshot and the files that its manifests lead to. */
export interface SeenSnapshot {
  readonly version: number;
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
}

/** A table's metadata, found by its hint, and what each of its snapshots leads to, address by address. */
export async function readIceberg(lake: Lake, table: TableName, address: string) {
  const { hdfs } = lake;
  const directory = lake.at(`_iceberg/${table}/metadata`);
  const hint = (await hdfs.read(`${directory}/version-hint.text`)).toString();
  const metadata: TableMetadata = JSON.parse(
    (await hdfs.read(`${directory}/v${hint}.metadata.json`)).toString(),
  );
  const snapshots: SeenSnapshot[] = [];
  for (const snapshot of metadata.snapshots) {
    const { records } = await decodeAvro(await readAt(hdfs, snapshot["manifest-list"], address));
    const [list] = records as { manifest_path: string; manifest_length: number }[];
    const manifest = await readAt(hdfs, list?.manifest_path ?? "", address);
    assert.deepEqual([records.length, manifest.length], [1, list?.manifest_length]);
    const entries = (await decodeAvro(manifest)).records as { data_file: Record<string, never> }[];
    const files = entries.map(({ data_file: file }) => ({
      path: toPath(file.file_path as unknown as string, address),
      rows: file.record_count as unknown as number,
      bytes: file.file_size_in_bytes as unknown as number,
    }));
    snapshots.push({ version: snapshot["snapshot-id"], files });
  }
  return { hint: Number(hint), metadata, snapshots };
}

function readAt(hdfs: Hdfs, path: string, address: string): Promise<Buffer> {
  return hdfs.read(toPath(path, address));
}

function toPath(path: string, address: string): string {
  assert.ok(path.startsWith(`${address}/`), path);
  return path.slice(address.length);
}
