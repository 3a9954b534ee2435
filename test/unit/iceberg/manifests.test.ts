import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifest, writeManifest, writeManifestList } from "user-activity/dist/iceberg/manifests";
import { addSchema } from "user-activity/dist/iceberg/schema";
import { tables } from "user-activity/dist/tables/tables";
import { decodeAvro } from "../../helpers/iceberg-tables";

const [schema = undefined as never] = addSchema([], tables.grades_ID);
const files = [
  { path: "hdfs://a:1/lake/.snapshot/version-00000007/grades_ID/part-1.parquet", rowCount: 3, bytes: 400 },
  {
    path: "hdfs://a:1/lake/.snapshot/version-00000007/grades_ID/übung.parquet",
    rowCount: 2 ** 40,
    bytes: 2 ** 45,
  },
];

test("a manifest names the files, and its header keeps the numbers of the fields", async () => {
  const bytes = await writeManifest(7, schema, files);
  const { header, fields, records } = await decodeAvro(bytes);
  const ids = fields.map((field) => `${field.name} ${field["field-id"]}`);
  assert.deepEqual(ids, [
    "status 0",
    "snapshot_id 1",
    "sequence_number 3",
    "file_sequence_number 4",
    "data_file 2",
  ]);
  const [dataFile] = [fields.at(-1)?.type as { fields: Record<string, unknown>[] } | undefined];
  assert.ok(dataFile?.fields.every((field) => Number(field["field-id"]) >= 100));
  assert.deepEqual(
    [header["format-version"], header.content, header["partition-spec"], JSON.parse(header.schema ?? "")],
    ["2", "data", "[]", schema],
  );
  assert.deepEqual(records[1], {
    status: 1,
    snapshot_id: 7,
    sequence_number: 7,
    file_sequence_number: 7,
    data_file: {
      content: 0,
      file_path: files[1]?.path,
      file_format: "PARQUET",
      partition: {},
      record_count: 2 ** 40,
      file_size_in_bytes: 2 ** 45,
    },
  });
  assert.deepEqual(await readManifest(bytes), files);
});

test("a list of manifests says where the one of its version is, and what it comes to", async () => {
  const bytes = await writeManifestList(7, { path: "hdfs://a:1/m.avro", bytes: 99 }, files);
  const { header, fields, records } = await decodeAvro(bytes);
  assert.ok(fields.every((field) => Number(field["field-id"]) >= 500));
  assert.equal(header["snapshot-id"], "7");
  assert.deepEqual(records, [
    {
      manifest_path: "hdfs://a:1/m.avro",
      manifest_length: 99,
      partition_spec_id: 0,
      content: 0,
      sequence_number: 7,
      min_sequence_number: 7,
      added_snapshot_id: 7,
      added_files_count: 2,
      existing_files_count: 0,
      deleted_files_count: 0,
      added_rows_count: 2 ** 40 + 3,
      existing_rows_count: 0,
      deleted_rows_count: 0,
    },
  ]);
});
