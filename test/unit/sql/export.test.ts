import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { readRowCount } from "user-activity/dist/parquet/read";
import { createTableFile } from "user-activity/dist/parquet/write";
import { exportTables } from "user-activity/dist/sql/export";
import { toFooter } from "user-activity/dist/tables/column-docs";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { tables } from "user-activity/dist/tables/tables";
import { ownFolder } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";
import { edgeRows } from "../../helpers/parquet-rows";

for (const parts of [1, 3])
  test(`a table of ${parts} part${parts === 1 ? "" : "s"} is exported with its descriptions in the footer`, async () => {
    const folder = ownFolder();
    const memory = createMemoryHdfs();
    const local = join(folder, "part.parquet");
    const file = await createTableFile(local, "grades_ID");
    await file.append(edgeRows.grades_ID);
    await file.close();
    for (let part = 1; part <= parts; part++)
      memory.put(`/lake/grades_ID/part-${part}.parquet`, readFileSync(local));

    const [exported] = await exportTables(folder, {
      config: readConfig({ LAKE_DIR: "/lake" }),
      lake: { hdfs: memory.hdfs, at: (path) => `/lake/${path}`, model: shippedModel },
      cacheRoot: join(folder, "cache"),
      tables: ["grades_ID"],
    });
    const path = exported?.path ?? "";
    assert.equal(await readRowCount(path), parts * edgeRows.grades_ID.length);
    const { parquetMetadata } = await import("hyparquet");
    const bytes = readFileSync(path);
    const { key_value_metadata = [] } = parquetMetadata(new Uint8Array(bytes).buffer);
    const footer = Object.fromEntries(key_value_metadata.map(({ key, value }) => [key, value]));
    assert.deepEqual(footer, { ...toFooter(tables.grades_ID) });
  });
