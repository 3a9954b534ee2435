import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { projectPath } from "user-activity/dist/base/paths";
import { encodeLevels } from "user-activity/dist/parquet/encoding";
import { readParquet, readRowCount } from "user-activity/dist/parquet/read";
import { createParquetFile, type ParquetOptions } from "user-activity/dist/parquet/write";
import { type RowOf, type ShippedName, type Table, tables } from "user-activity/dist/tables/tables";
import { noPython, readWithOthers } from "../../helpers/other-parquet-readers";
import { anyRows, edgeRows, lastMs, manyQuestions } from "../../helpers/parquet-rows";
import { toPrinted } from "../../helpers/printed";

const names = Object.keys(tables) as ShippedName[];
const golden = projectPath("test", "golden", "questions_pool_data.parquet");
const directory = mkdtempSync(join(tmpdir(), "parquet-"));
after(() => rmSync(directory, { recursive: true }));

async function write<N extends ShippedName>(
  path: string,
  table: Table<N>,
  rows: readonly RowOf<N>[],
  options?: ParquetOptions,
) {
  const file = await createParquetFile(path, table, options);
  await file.append(rows);
  return file.close();
}

function place(name: string): string {
  return join(directory, `${name}.parquet`);
}

/** Files that each reader must give back as they were, by what is special about them. */
const cases: readonly {
  readonly name: string;
  readonly table: Table<ShippedName>;
  readonly rows: readonly RowOf<ShippedName>[];
}[] = [
  ...names.map((name) => ({ name: `no row of ${name}`, table: tables[name], rows: [] })),
  ...names.map((name) => ({ name: `edges of ${name}`, table: tables[name], rows: edgeRows[name] })),
  ...names.map((name) => ({
    name: `any rows of ${name}`,
    table: tables[name],
    rows: sampleRows(tables[name]),
  })),
  { name: "lists over three row groups", table: tables.questions_pool_data, rows: manyQuestions(12_345) },
  { name: "one null after another", table: tables.raw_data, rows: Array(9_999).fill(edgeRows.raw_data[0]) },
  {
    name: "texts of 1 MB",
    table: tables.raw_data,
    rows: ["x", "ž", "試", "😀"].map((text) => largeRow(text)),
  },
];

function sampleRows(table: Table<ShippedName>): RowOf<ShippedName>[] {
  return fc.sample(anyRows(table), { numRuns: 20, seed: 3 }).flat();
}

function largeRow(text: string): RowOf<"raw_data"> {
  const value = text.repeat(2 ** 20 / Buffer.byteLength(text));
  const none = { key: null, key_base64: null, value_base64: null, headers: [] };
  return { topic: "t", partition: 0, offset: 0n, timestamp: 0, ...none, value };
}

const written = Promise.all(cases.map(({ name, table, rows }) => write(place(name), table, rows)));

for (const { name, table, rows } of cases) {
  test(`hyparquet reads back ${name}`, async () => {
    await written;
    assert.deepEqual(await readParquet(place(name), table), rows);
    assert.equal(await readRowCount(place(name)), rows.length);
  });
}

test("pyarrow and DuckDB read back the same, and skip no row group that they should not", {
  skip: noPython,
}, async () => {
  await written;
  const readings = readWithOthers(cases.map(({ name }) => place(name)));
  for (const [index, { arrow, duckdb, below }] of readings.entries()) {
    const { name, rows } = cases[index] as (typeof cases)[number];
    assert.deepEqual(arrow.rows, toPrinted(rows), `pyarrow, ${name}`);
    assert.deepEqual(duckdb.rows, toPrinted(rows), `DuckDB, ${name}`);
    for (const [column, found, expected] of below)
      assert.equal(found, expected, `DuckDB, ${name}, ${column}`);
  }
  const rowGroups = readings.find(({ path }) => path === place("lists over three row groups"))?.arrow
    .rowGroups;
  assert.deepEqual(rowGroups, [5000, 5000, 2345]);
});

for (const name of names) {
  test(`keeps any rows of ${name}, however they are cut into row groups`, async () => {
    const rowGroups = fc.record({
      rowGroupRows: fc.integer({ min: 1, max: 30 }),
      rowGroupTextLength: fc.integer({ min: 1, max: 999 }),
    });
    const keeps = async (rows: RowOf<ShippedName>[], options: ParquetOptions) => {
      await write(place(name), tables[name], rows, options);
      assert.deepEqual(await readParquet(readFileSync(place(name)), tables[name]), rows);
    };
    await fc.assert(fc.asyncProperty(anyRows(tables[name]), rowGroups, keeps), { numRuns: 25 });
  });
}

test("packs levels so that the package's own decoder unpacks them", () => {
  const { RLE } = require("parquetjs-lite/lib/codec");
  const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 300 })), {
    minLength: 1,
  });
  const unpacks = (pairs: [number, number][]) => {
    const levels = pairs.flatMap(([level, length]) =>
      Array<number>(length % 2 ? length : (length % 13) + 1).fill(level),
    );
    const cursor = { buffer: encodeLevels(levels, 2), offset: 0 };
    assert.deepEqual(
      RLE.decodeValues("INT32", cursor, levels.length, { bitWidth: 2, disableEnvelope: true }),
      levels,
    );
    assert.equal(cursor.offset, cursor.buffer.length);
  };
  fc.assert(fc.property(runs, unpacks));
});

test("writes the golden file byte for byte", async () => {
  const rows = [...edgeRows.questions_pool_data, ...manyQuestions(40)];
  const options = { compression: "UNCOMPRESSED", rowGroupRows: 30, metadata: { golden: "1" } } as const;
  await write(place("golden"), tables.questions_pool_data, rows, options);
  const written = readFileSync(place("golden"));
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, written);
  assert.ok(readFileSync(golden).equals(written), "the encoding has changed; UPDATE_GOLDEN=1 takes it on");
  assert.deepEqual(await readParquet(golden, tables.questions_pool_data), rows);
});

test("writes a golden file that pyarrow and DuckDB read", { skip: noPython }, () => {
  const expected = toPrinted([...edgeRows.questions_pool_data, ...manyQuestions(40)]);
  const [reading] = readWithOthers([golden]);
  assert.deepEqual(reading?.arrow.rows, expected);
  assert.deepEqual(reading?.duckdb.rows, expected);
});

test("ends a row group by rows or by text, and carries metadata", { skip: noPython }, async () => {
  const rows = Array.from({ length: 10 }, () => ({ ...largeRow("x"), value: "x".repeat(100) }));
  await write(place("by-text"), tables.raw_data, rows, {
    rowGroupTextLength: 300,
    metadata: { origin: "试/😀" },
  });
  await write(place("by-rows"), tables.raw_data, rows, { rowGroupRows: 3 });
  const [byText, byRows] = readWithOthers([place("by-text"), place("by-rows")]);
  assert.deepEqual(byText?.arrow.rowGroups, [4, 4, 2]);
  assert.deepEqual(byRows?.arrow.rowGroups, [3, 3, 3, 1]);
  assert.deepEqual(byText?.arrow.metadata, { origin: "试/😀" });
});

test("takes a message's timestamp as bigint too", async () => {
  const rows = [-1n, 0n, 1_700_000_000_000n, BigInt(lastMs)].map((timestamp) => ({
    ...largeRow("x"),
    timestamp,
  }));
  await write(place("bigint"), tables.raw_data, rows);
  const read = await readParquet(place("bigint"), tables.raw_data, { columns: ["timestamp"] });
  assert.deepEqual(
    read,
    rows.map(({ timestamp }) => ({ timestamp: Number(timestamp) })),
  );
});

test("reads some columns of some rows", async () => {
  const rows = manyQuestions(100);
  await write(place("part"), tables.questions_pool_data, rows, { rowGroupRows: 30 });
  const options = { columns: ["offset", "options"], rowStart: 25, rowEnd: 65 } as const;
  const expected = rows.slice(25, 65).map(({ options, offset }) => ({ options, offset }));
  assert.deepEqual(await readParquet(place("part"), tables.questions_pool_data, options), expected);
});

const rawRow = edgeRows.raw_data[0];
const questionRow = edgeRows.questions_pool_data[2];
const courseRow = edgeRows.course_ID[0];
const option = questionRow?.options[0];
const misfits: readonly (readonly [string, Table<ShippedName>, object | null, string, RegExp])[] = [
  [
    "a number for INT64",
    tables.raw_data,
    { ...rawRow, offset: 3 },
    "offset",
    /expected a bigint .* received 3;/,
  ],
  [
    "an INT64 too large",
    tables.raw_data,
    { ...rawRow, offset: 2n ** 63n },
    "offset",
    /received 9223372036854775808n/,
  ],
  [
    "a fraction for INT32",
    tables.raw_data,
    { ...rawRow, partition: 1.7 },
    "partition",
    /whole number .* received 1\.7/,
  ],
  [
    "an INT32 too large",
    tables.raw_data,
    { ...rawRow, partition: 2 ** 31 },
    "partition",
    /received 2147483648/,
  ],
  ["text for INT32", tables.raw_data, { ...rawRow, partition: "1" }, "partition", /received "1"/],
  [
    "text for TIMESTAMP",
    tables.raw_data,
    { ...rawRow, timestamp: "2018-01-23T14:23:19.082Z" },
    "timestamp",
    /received "2018/,
  ],
  [
    "a Date for TIMESTAMP",
    tables.raw_data,
    { ...rawRow, timestamp: new Date(0) },
    "timestamp",
    /received an object/,
  ],
  [
    "a TIMESTAMP that no Date holds",
    tables.raw_data,
    { ...rawRow, timestamp: BigInt(lastMs) + 1n },
    "timestamp",
    /received 8640000000000001n/,
  ],
  ["a fraction for TIMESTAMP", tables.raw_data, { ...rawRow, timestamp: 0.5 }, "timestamp", /received 0\.5/],
  [
    "text with half a surrogate pair",
    tables.raw_data,
    { ...rawRow, value: "a\ud800" },
    "value",
    /UTF-8 .* received "a\\ud800"/,
  ],
  ["bytes for STRING", tables.raw_data, { ...rawRow, value: Buffer.from("x") }, "value", /text/],
  ["null where none may be", tables.raw_data, { ...rawRow, topic: null }, "topic", /received null/],
  [
    "a missing value",
    tables.raw_data,
    { ...rawRow, value: undefined },
    "value",
    /or null, received undefined/,
  ],
  [
    "an unknown column",
    tables.raw_data,
    { ...rawRow, extra: 1 },
    "extra",
    /expected no such column, received 1/,
  ],
  ["null for a row", tables.raw_data, null, "the row", /expected an object, received null/],
  [
    "NaN",
    tables.course_ID,
    { ...courseRow, average_score: Number.NaN },
    "average_score",
    /finite number, received NaN/,
  ],
  [
    "Infinity",
    tables.course_ID,
    { ...courseRow, stddev_score: Infinity },
    "stddev_score",
    /received Infinity/,
  ],
  [
    "text for BOOLEAN",
    tables.questions_pool_data,
    { ...questionRow, user_correct: "false" },
    "user_correct",
    /true or false, or null, received "false"/,
  ],
  [
    "null for a list",
    tables.questions_pool_data,
    { ...questionRow, options: null },
    "options",
    /expected a list, received null/,
  ],
  [
    "null in a list",
    tables.questions_pool_data,
    { ...questionRow, options: [option, null] },
    "options[1]",
    /expected an object/,
  ],
  [
    "a misfit in a list",
    tables.questions_pool_data,
    { ...questionRow, options: [option, { ...option, at: 1.5 }] },
    "options[1].at",
    /received 1\.5/,
  ],
  [
    "an unknown field in a list",
    tables.questions_pool_data,
    { ...questionRow, options: [{ ...option, x: "y" }] },
    "options[0].x",
    /received "y"/,
  ],
  [
    "a long text, cut",
    tables.raw_data,
    { ...rawRow, partition: "7".repeat(9999) },
    "partition",
    /received "7{80}…"/,
  ],
];

for (const [what, table, row, path, message] of misfits) {
  test(`refuses ${what}, names its place and discards the file`, async () => {
    const file = await createParquetFile(place("misfit"), table);
    const fit = edgeRows[table.name][0] as RowOf<ShippedName>;
    await file.append([fit, fit]);
    const facts = { name: "MisfitError", table: table.name, rowIndex: 2, path, message };
    await assert.rejects(file.append([row as RowOf<ShippedName>]), facts);
    await assert.rejects(file.append([fit]), /expected an open file, received one that is discarded/);
    await assert.rejects(file.close(), /discarded/);
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith("misfit")),
      [],
    );
  });
}

test("gives the file its name only when it is complete, in place of an older one", async () => {
  writeFileSync(place("old"), "older");
  const file = await createParquetFile(place("old"), tables.raw_data);
  await file.append(edgeRows.raw_data);
  assert.equal(readFileSync(place("old"), "utf8"), "older");
  const { rowCount, bytes } = await file.close();
  assert.equal(rowCount, edgeRows.raw_data.length);
  assert.equal(bytes, statSync(place("old")).size);
  await file.discard();
  assert.equal(await readRowCount(place("old")), rowCount);
  await assert.rejects(file.append([]), /received one that is closed/);
});

test("removes what was written when it is discarded", async () => {
  const file = await createParquetFile(place("discarded"), tables.raw_data, { rowGroupRows: 1 });
  await file.append(edgeRows.raw_data);
  await file.discard();
  await file.discard();
  assert.ok(!existsSync(place("discarded")) && !existsSync(`${place("discarded")}.partial`));
});

test("keeps the order of appends that nobody waits for", async () => {
  const rows = manyQuestions(50);
  const file = await createParquetFile(place("unawaited"), tables.questions_pool_data, { rowGroupRows: 3 });
  for (const row of rows) void file.append([row]);
  await file.close();
  assert.deepEqual(await readParquet(place("unawaited"), tables.questions_pool_data), rows);
});

/** Rows whose pages are compressed in threads beside this one: 200 KB of text each, which differs from row to row. */
const longRows = (count: number, seed: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...(edgeRows.raw_data[0] as RowOf<"raw_data">),
    offset: BigInt(index),
    value: Array.from({ length: 20_000 }, (_, at) => `${(seed * 31 + index * 7 + at * at) % 9973} `).join(""),
  }));

test("compresses row groups beside the rows that follow, each in its place, of several files at a time", async () => {
  const files = await Promise.all(
    [1, 2, 3].map(async (seed) => {
      const path = place(`beside-${seed}`);
      const file = await createParquetFile(path, tables.raw_data, { rowGroupRows: 2 });
      return { path, file, rows: longRows(9, seed) };
    }),
  );
  for (let index = 0; index < 9; index++)
    for (const { file, rows } of files) await file.append(rows.slice(index, index + 1));
  await Promise.all(files.map(({ file }) => file.close()));
  for (const { path, rows } of files) assert.deepEqual(await readParquet(path, tables.raw_data), rows);
});

test("discards the file for a misfit behind a row group that is being compressed, which then adds nothing", async () => {
  const file = await createParquetFile(place("behind"), tables.raw_data, { rowGroupRows: 2 });
  const rows = longRows(2, 1);
  const misfit = { ...rows[0], offset: "1" } as unknown as RowOf<"raw_data">;
  await assert.rejects(file.append([...rows, misfit]), { name: "MisfitError", rowIndex: 2, path: "offset" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(!existsSync(place("behind")) && !existsSync(`${place("behind")}.partial`));
});

const noFullDevice = !existsSync("/dev/full") && "no /dev/full on this system";
test("says that the disk is full, and leaves nothing behind", { skip: noFullDevice }, async () => {
  symlinkSync("/dev/full", `${place("full")}.partial`);
  const file = await createParquetFile(place("full"), tables.raw_data);
  await assert.rejects(file.append(edgeRows.raw_data), {
    name: "ServiceError",
    message: /full\.parquet: the disk is full \(ENOSPC\)/,
  });
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith("full")),
    [],
  );
});

test("says which folder a file can't be written to", async () => {
  const path = join(directory, "nowhere", "x.parquet");
  await assert.rejects(createParquetFile(path, tables.raw_data), {
    name: "ServiceError",
    message: /nowhere.*ENOENT/,
  });
});

test("says what is no Parquet file, or one of another table", async () => {
  await write(place("course"), tables.course_ID, edgeRows.course_ID);
  const bytes = readFileSync(place("course"));
  await assert.rejects(
    readParquet(bytes, tables.grades_ID),
    /expected grades_ID with user_exam_id.* received columns exam_name/,
  );
  await assert.rejects(readParquet(bytes.subarray(0, -9), tables.course_ID), { name: "ServiceError" });
  await assert.rejects(readParquet(new Uint8Array(), tables.course_ID), /0 bytes: can't be read as Parquet/);
  await assert.rejects(readRowCount(place("missing")), /missing\.parquet: .*ENOENT/);
});

test("leaves the package's own way to schemas that aren't ours", async () => {
  await write(place("ours"), tables.raw_data, []);
  const { ParquetSchema, ParquetWriter } = require("parquetjs-lite");
  const schema = new ParquetSchema({
    name: { type: "UTF8" },
    bytes: { type: "BYTE_ARRAY" },
    sizes: { type: "INT64", repeated: true },
  });
  const writer = await ParquetWriter.openFile(schema, place("theirs"));
  await writer.appendRow({ name: "n", bytes: Buffer.from([255]), sizes: [1, 2, 3] });
  await writer.close();
  const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(place("theirs")), utf8: false });
  assert.deepEqual(rows, [{ name: "n", bytes: new Uint8Array([255]), sizes: [1n, 2n, 3n] }]);
});

test("refuses to start with a parquetjs-lite that ignores our part", () => {
  const script = `
    const { prototype } = require("parquetjs-lite/gen-nodejs/parquet_types").SchemaElement;
    const own = prototype.write;
    Object.defineProperty(prototype, "write", { get: () => own, set: () => undefined });
    const { createParquetFile } = require("user-activity/dist/parquet/write");
    const { tables } = require("user-activity/dist/tables/tables");
    createParquetFile(process.argv[1], tables.raw_data).catch((error) => console.log(error.message));
  `;
  const printed = execFileSync(process.execPath, ["-e", script, place("ignored")], {
    cwd: __dirname,
    encoding: "utf8",
  });
  assert.match(printed, /^parquetjs-lite: expected version 0\.8\.7, .* time zone/);
});
