import { type AvroSchema, readAvro, writeAvro } from "./avro";
import type { IcebergSchema } from "./schema";

/** One Parquet file of a table. */
export interface DataFile {
  /** Its address, as in hdfs://127.0.0.1:8020/user-activity/.snapshot/version-00000042/grades_ID/part-00000042.parquet. */
  readonly path: string;
  readonly rowCount: number;
  readonly bytes: number;
}

/** A file that was written: where, and how long it is. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

function field(id: number, name: string, type: unknown, rest: object = {}) {
  return { name, type, ...rest, "field-id": id };
}

const dataFile: AvroSchema = {
  type: "record",
  name: "r2",
  fields: [
    field(134, "content", "int"),
    field(100, "file_path", "string"),
    field(101, "file_format", "string"),
    field(102, "partition", { type: "record", name: "r102", fields: [] }),
    field(103, "record_count", "long"),
    field(104, "file_size_in_bytes", "long"),
  ],
};

const manifestEntry: AvroSchema = {
  type: "record",
  name: "manifest_entry",
  fields: [
    field(0, "status", "int"),
    field(1, "snapshot_id", ["null", "long"], { default: null }),
    field(3, "sequence_number", ["null", "long"], { default: null }),
    field(4, "file_sequence_number", ["null", "long"], { default: null }),
    field(2, "data_file", dataFile),
  ],
};

const manifestFile: AvroSchema = {
  type: "record",
  name: "manifest_file",
  fields: [
    field(500, "manifest_path", "string"),
    field(501, "manifest_length", "long"),
    field(502, "partition_spec_id", "int"),
    field(517, "content", "int"),
    field(515, "sequence_number", "long"),
    field(516, "min_sequence_number", "long"),
    field(503, "added_snapshot_id", "long"),
    field(504, "added_files_count", "int"),
    field(505, "existing_files_count", "int"),
    field(506, "deleted_files_count", "int"),
    field(512, "added_rows_count", "long"),
    field(513, "existing_rows_count", "long"),
    field(514, "deleted_rows_count", "long"),
  ],
};

/** Writes the manifest of a version: all files of one table, each as added by it, since its path leads into it. */
export function writeManifest(
  version: number,
  schema: IcebergSchema,
  files: readonly DataFile[],
): Promise<Buffer> {
  const records = files.map(({ path, rowCount, bytes }) => ({
    status: 1,
    snapshot_id: version,
    sequence_number: version,
    file_sequence_number: version,
    data_file: {
      content: 0,
      file_path: path,
      file_format: "PARQUET",
      partition: {},
      record_count: rowCount,
      file_size_in_bytes: bytes,
    },
  }));
  const header = {
    schema: JSON.stringify(schema),
    "schema-id": String(schema["schema-id"]),
    "partition-spec": "[]",
    "partition-spec-id": "0",
    "format-version": "2",
    content: "data",
  };
  return writeAvro({ schema: manifestEntry, header, records });
}

/** Writes the list of a version's one manifest. */
export function writeManifestList(
  version: number,
  manifest: WrittenFile,
  files: readonly DataFile[],
): Promise<Buffer> {
  const record = {
    manifest_path: manifest.path,
    manifest_length: manifest.bytes,
    partition_spec_id: 0,
    content: 0,
    sequence_number: version,
    min_sequence_number: version,
    added_snapshot_id: version,
    added_files_count: files.length,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
    existing_rows_count: 0,
    deleted_rows_count: 0,
  };
  const header = {
    "snapshot-id": String(version),
    "sequence-number": String(version),
    "format-version": "2",
  };
  return writeAvro({ schema: manifestFile, header, records: [record] });
}

/** Reads the files that a manifest names. */
export async function readManifest(bytes: Uint8Array): Promise<DataFile[]> {
  const { records } = await readAvro(bytes);
  return records.map((record) => {
    const file = record.data_file as Readonly<Record<string, unknown>>;
    const [path, rowCount, length] = [file.file_path, file.record_count, file.file_size_in_bytes];
    return { path: path as string, rowCount: rowCount as number, bytes: length as number };
  });
}
