import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { projectPath } from "user-activity/dist/base/paths";
import { readParquet, readSaysUtc } from "user-activity/dist/parquet/read";
import { readFileGroups } from "user-activity/dist/parquet/row-groups";
import { createMergedFile, createParquetFile, type ParquetOptions } from "user-activity/dist/parquet/write";
import { type RowOf, type Table, tables } from "user-activity/dist/tables/tables";
import { anyTable, column, tableOf } from "../../helpers/any-table";
import { noPython, readWithOthers } from "../../helpers/other-parquet-readers";
import { anyRows, edgeRows, manyQuestions } from "../../helpers/parquet-rows";
import { toPrinted } from "../../helpers/printed";

type Rows = readonly object[];

const directory = mkdtempSync(join(tmpdir(), "assembly-"));
after(() => rmSync(directory, { recursive: true }));
let fileCount = 0;

async function write(table: Table, rows: Rows, options?: ParquetOptions): Promise<string> {
  const path = join(directory, `${fileCount++}.parquet`);
  const file = await createParquetFile(path, table, options);
  await file.append(rows);
  await file.close();
  return path;
}

async function merge(table: Table, paths: readonly string[], options?: ParquetOptions): Promise<string> {
  const path = join(directory, `merged-${fileCount++}.parquet`);
  const file = await createMergedFile(path, table, options);
  for (const one of paths) await file.appendFile(readFileSync(one));
  await file.close();
  return path;
}

function groupsOf(path: string, table: Table): number[] {
  return readFileGroups(readFileSync(path), table).groups.map(({ rowCount }) => rowCount);
}

/** The pages of every column of a row group. */
function pagesOf(path: string, table: Table, group: number): Buffer[] {
  const file = readFileSync(path);
  const { columns } = readFileGroups(file, table).groups[group]?.metadata ?? { columns: [] };
  return columns.map(({ file_offset, meta_data }) =>
    file.subarray(Number(meta_data.data_page_offset), Number(file_offset)),
  );
}

const questions = tables.questions_pool_data;

describe("a file out of several", () => {
  test("copies row groups that are large as they stand, and writes the rows of small ones together", async () => {
    const rows = manyQuestions(200);
    const cuts = [0, 60, 63, 66, 140, 141, 200];
    const parts = await Promise.all(
      cuts.slice(1).map((end, index) => write(questions, rows.slice(cuts[index], end), { rowGroupRows: 50 })),
    );
    const merged = await merge(questions, parts, { rowGroupRows: 50 });
    assert.deepEqual(await readParquet(merged, questions), rows);
    // 50 as it stands, 10 + 3 + 3 together, 50, 24 + 1 together, 50, 9 at the end
    assert.deepEqual(groupsOf(merged, questions), [50, 16, 50, 25, 50, 9]);
    assert.deepEqual(pagesOf(merged, questions, 2), pagesOf(parts[3] as string, questions, 0));
  });

  test("ends a row group of small ones where it is full, as any other", async () => {
    const rows = manyQuestions(95);
    const parts = await Promise.all(
      Array.from({ length: 19 }, (_, index) => write(questions, rows.slice(5 * index, 5 * index + 5))),
    );
    const merged = await merge(questions, parts, { rowGroupRows: 40 });
    assert.deepEqual(groupsOf(merged, questions), [40, 40, 15]);
    assert.deepEqual(await readParquet(merged, questions), rows);
  });

  test("takes a row group of little more than one long text for a large one", async () => {
    const long = { ...(edgeRows.raw_data[0] as RowOf<"raw_data">), value: "žluťoučký ".repeat(1000) };
    const short = await write(tables.raw_data, edgeRows.raw_data);
    const parts = [short, await write(tables.raw_data, [long]), short];
    const merged = await merge(tables.raw_data, parts, { rowGroupTextLength: 12_000 });
    const { length } = edgeRows.raw_data;
    assert.deepEqual(groupsOf(merged, tables.raw_data), [length, 1, length]);
    assert.deepEqual(await readParquet(merged, tables.raw_data), [
      ...edgeRows.raw_data,
      long,
      ...edgeRows.raw_data,
    ]);
  });

  test("writes anew what an older build wrote without a column", async () => {
    const now = tableOf([column("id", "INT64"), column("note?", "STRING")]);
    const before = tableOf([column("id", "INT64")]);
    const parts = [await write(before, [{ id: 1n }]), await write(now, [{ id: 2n, note: "n" }])];
    assert.ok(!readFileGroups(readFileSync(parts[0] as string), now).isOurs);
    assert.deepEqual(await readParquet(await merge(now, parts, { rowGroupRows: 1 }), now), [
      { id: 1n, note: null },
      { id: 2n, note: "n" },
    ]);
  });

  test("says that times are UTC and copies row groups where nothing else was written before, as in a command", async () => {
    const rows = manyQuestions(60);
    const [large, empty] = [await write(questions, rows, { rowGroupRows: 60 }), await write(questions, [])];
    const [merged, none] = [join(directory, "alone.parquet"), join(directory, "none.parquet")];
    const script = `const { readFileSync } = require("node:fs");
      const { createMergedFile } = require("user-activity/dist/parquet/write");
      const { tables } = require("user-activity/dist/tables/tables");
      (async () => {
        for (const [path, source] of ${JSON.stringify([
          [none, empty],
          [merged, large],
        ])}) {
          const file = await createMergedFile(path, tables.questions_pool_data, { rowGroupRows: 60 });
          await file.appendFile(readFileSync(source));
          await file.close();
        }
      })();`;
    execFileSync(process.execPath, ["-e", script], { cwd: projectPath() });
    assert.deepEqual([await readSaysUtc(none), await readSaysUtc(merged)], [true, true]);
    assert.deepEqual(
      readFileSync(merged),
      readFileSync(await merge(questions, [large], { rowGroupRows: 60 })),
    );
    assert.ok(readFileGroups(readFileSync(merged), questions).isOurs);
  });

  test("refuses a file of another table, and discards what it had", async () => {
    const path = join(directory, "other.parquet");
    const file = await createMergedFile(path, tables.grades_ID);
    const other = readFileSync(await write(tables.course_ID, edgeRows.course_ID));
    await assert.rejects(file.appendFile(other), /expected grades_ID with .+ received columns exam_name/);
    await assert.rejects(file.close(), /discarded/);
  });

  test("has the rows of no files, and of files without rows", async () => {
    assert.deepEqual(await readParquet(await merge(questions, []), questions), []);
    const empty = await write(questions, []);
    assert.deepEqual(await readParquet(await merge(questions, [empty, empty]), questions), []);
  });

  test("says how large row groups were before they were compressed, as a file does that is not merged", async () => {
    const { asyncBufferFromFile, parquetMetadataAsync } = await import("hyparquet");
    const text = "0123456789".repeat(500);
    const rows = Array.from({ length: 8 }, () => ({
      ...(edgeRows.raw_data[0] as RowOf<"raw_data">),
      value: text,
    }));
    const path = await write(tables.raw_data, rows, { rowGroupRows: 4 });
    for (const one of [path, await merge(tables.raw_data, [path], { rowGroupRows: 4 })]) {
      const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(one));
      assert.equal(row_groups.length, 2);
      for (const { total_byte_size, columns } of row_groups) {
        assert.ok(total_byte_size > 4 * text.length, `${total_byte_size}`);
        const sizes = columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
        assert.equal(
          total_byte_size,
          sizes.reduce((sum, size) => sum + size),
        );
        const stored = columns.reduce(
          (sum, { meta_data }) => sum + (meta_data?.total_compressed_size ?? 0n),
          0n,
        );
        assert.ok(stored < 1000n, `${stored}`);
      }
    }
  });

  const cases = fc.sample(
    anyTable.chain((table) =>
      fc.tuple(
        fc.constant(table),
        fc.array(fc.tuple(anyRows(table), fc.integer({ min: 1, max: 9 })), { maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
      ),
    ),
    { numRuns: 40, seed: 4 },
  );

  test("reads as the files do, whatever the table and however they are cut", { skip: noPython }, async () => {
    const merged: string[] = [];
    for (const [table, files, rowGroupRows] of cases) {
      const parts = [];
      for (const [rows, size] of files) parts.push(await write(table, rows, { rowGroupRows: size }));
      merged.push(await merge(table, parts, { rowGroupRows }));
    }
    const readings = readWithOthers(merged);
    for (const [index, [table, files]] of cases.entries()) {
      const rows = files.flatMap(([one]) => one);
      assert.deepEqual(await readParquet(merged[index] as string, table), rows, `table ${index}`);
      const { arrow, duckdb, below } = readings[index] as (typeof readings)[number];
      assert.deepEqual(arrow.rows, toPrinted(rows), `table ${index}`);
      assert.deepEqual(duckdb.rows, toPrinted(rows), `table ${index}`);
      for (const [name, found, there] of below) assert.equal(found, there, `${name} of table ${index}`);
    }
  });
});

test("what is known of a file's row groups keeps its footer, and not the file", async () => {
  const path = await write(tables.questions_pool_data, manyQuestions(400));
  const file = readFileSync(path);
  const own = new Uint8Array(file); // whose memory is it alone
  const seen = new Set<ArrayBufferLike>();
  const look = (value: unknown): void => {
    if (value instanceof Uint8Array) seen.add(value.buffer);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(readFileGroups(own, tables.questions_pool_data).groups);
  assert.ok(seen.size > 0);
  assert.ok(!seen.has(own.buffer));
});
