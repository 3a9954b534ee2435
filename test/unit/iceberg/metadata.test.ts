import assert from "node:assert/strict";
import { test } from "node:test";
import { toSnapshot, toTableMetadata } from "user-activity/dist/iceberg/metadata";
import { addSchema } from "user-activity/dist/iceberg/schema";
import { tables } from "user-activity/dist/tables/tables";

const schemas = addSchema([], tables.grades_ID);
const [schema = undefined as never] = schemas;
const table = tables.grades_ID;

function snapshot(number: number, committedMs: number) {
  const counts = { fileCount: 1, rowCount: 5, bytes: 900 };
  return toSnapshot(
    { number, committedMs, manifestList: `hdfs://a:1/snap-${number}.avro`, ...counts },
    schema,
  );
}

function metadataOf(
  snapshots: ReturnType<typeof snapshot>[],
  tags: { name: string; version: number }[] = [],
) {
  const location = "hdfs://a:1/lake/_iceberg/grades_ID";
  return toTableMetadata({ table, location, uuid: "u", schemas, snapshots, tags });
}

test("versions are snapshots in the order of their commits, whatever the clocks of who committed them said", () => {
  const { snapshots, ...rest } = metadataOf([snapshot(9, 3000), snapshot(4, 5000), snapshot(7, 2000)]);
  assert.deepEqual(
    snapshots.map((one) => [one["snapshot-id"], one["parent-snapshot-id"], one["timestamp-ms"]]),
    [
      [4, undefined, 5000],
      [7, 4, 5001],
      [9, 7, 5002],
    ],
  );
  assert.deepEqual(
    [rest["current-snapshot-id"], rest["last-sequence-number"], rest["last-updated-ms"]],
    [9, 9, 5002],
  );
});

test("pins are tags, but for those of versions that are not there, and the newest version is main", () => {
  const tags = [
    { name: "report", version: 4 },
    { name: "main", version: 4 },
    { name: "gone", version: 3 },
  ];
  assert.deepEqual(metadataOf([snapshot(4, 1), snapshot(9, 2)], tags).refs, {
    report: { "snapshot-id": 4, type: "tag" },
    main: { "snapshot-id": 9, type: "branch" },
  });
});

test("a table says which names are which field, and that its files are nobody's to remove", () => {
  const { properties } = metadataOf([snapshot(4, 1)]) as { properties?: Record<string, string> };
  const mapping = JSON.parse(properties?.["schema.name-mapping.default"] ?? "[]") as object[];
  assert.deepEqual(mapping[0], { "field-id": 1, names: ["user_exam_id"] });
  assert.equal(mapping.length, table.columns.length);
  assert.deepEqual([properties?.["gc.enabled"], properties?.comment], ["false", table.doc]);
});
