import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEncoder } from "user-activity/dist/parquet/encoder";
import { readParquet } from "user-activity/dist/parquet/read";
import { parquetDefaults } from "user-activity/dist/parquet/write";
import { type Table, tables } from "user-activity/dist/tables/tables";
import { anyTable, everyScalar } from "../../helpers/any-table";
import { anyRows } from "../../helpers/parquet-rows";

async function encode(table: Table, rows: readonly object[], goes?: readonly boolean[]): Promise<Buffer> {
  const encoder = createEncoder(table, parquetDefaults);
  for (const row of rows) encoder.append(row);
  if (goes) encoder.drop(Uint8Array.from(goes, Number));
  await encoder.finish();
  return Buffer.concat(encoder.sections);
}

/** A table, rows of it, and which of them go. */
function anyDrop(table: Table): fc.Arbitrary<readonly [Table, readonly object[], readonly boolean[]]> {
  return anyRows(table).chain((rows) =>
    fc
      .array(fc.boolean(), { minLength: rows.length, maxLength: rows.length })
      .map((goes) => [table, rows, goes] as const),
  );
}

test("rows that are taken out of a row group leave the bytes of a file that never had them", async () => {
  const some = [everyScalar, tables.questions_pool_data, tables.grades_ID, tables.quarantine].map(anyDrop);
  const any = fc.oneof(...some, anyTable.chain(anyDrop));
  await fc.assert(
    fc.asyncProperty(any, async ([table, rows, goes]) => {
      const stays = rows.filter((_, index) => !goes[index]);
      const bytes = await encode(table, rows, goes);
      assert.ok(bytes.equals(await encode(table, stays)));
      assert.equal((await readParquet(bytes, table)).length, stays.length);
    }),
    { numRuns: 150 },
  );
});
