import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportIceberg } from "user-activity/dist/lake/iceberg";
import type { Lake } from "user-activity/dist/lake/lake";
import { pinVersion } from "user-activity/dist/lake/pins";
import { listVersions } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import { readRowCount } from "user-activity/dist/parquet/read";
import { type TableName, tables } from "user-activity/dist/tables/tables";
import { endAfter, wrapLake } from "../../helpers/faulty-lake";
import { readIceberg } from "../../helpers/iceberg-tables";
import { createWholeLake } from "../../helpers/whole-hdfs";
import { landCommits, replayAll, type WholeLake } from "../../helpers/whole-landing";

const address = "hdfs://nn:8020";
const names = Object.keys(tables) as TableName[];

/** A lake in memory whose commits are exported; what failed is told. */
function createExported(keep = 20) {
  const { lake, config } = createWholeLake("events", keep);
  const told: string[] = [];
  const exporting = {
    hdfs: lake.hdfs,
    findAddress: async () => address,
    onFailure: (reason: string) => void told.push(reason),
  };
  return { config, lake: { ...lake, exporting }, told };
}

const numbersOf = async (lake: Lake) => (await listVersions(lake)).map(({ number }) => number);

/** Holds every snapshot of every table to the files and rows of its version. */
async function checkExport({ lake }: WholeLake, versions: readonly number[]): Promise<void> {
  for (const table of names) {
    const { snapshots } = await readIceberg(lake, table, address);
    assert.deepEqual(
      snapshots.map(({ version }) => version),
      versions,
    );
    for (const { version, files } of snapshots) {
      const directory = lake.at(`.snapshot/version-${String(version).padStart(8, "0")}/${table}`);
      const parts = (await lake.hdfs.list(directory)).map(({ path, bytes }) => ({ path, bytes }));
      assert.deepEqual(
        files.map(({ path, bytes }) => ({ path, bytes })),
        parts,
      );
      for (const { path, rows } of files)
        assert.equal(rows, await readRowCount(await lake.hdfs.read(path)), `${path} of ${version}`);
    }
  }
}

describe("the tables as Iceberg", () => {
  test("have every version with its files and their rows, after merging and replaying too", async () => {
    const whole = createExported();
    await landCommits(whole, 3);
    await compact(whole);
    await replayAll(whole);
    await landCommits(whole, 1);
    await checkExport(whole, [2, 3, 4, 5, 7, 9]);
    const staged = (await whole.lake.hdfs.list("/lake/_tmp")).filter(({ name }) =>
      name.startsWith("iceberg"),
    );
    assert.deepEqual([whole.told, staged], [[], []]);
  });

  test("are the same when they are written once more, and when they are written at once", async () => {
    const whole = createExported();
    await landCommits(whole, 2);
    const plan = { address, numbers: await numbersOf(whole.lake) };
    const before = await readIceberg(whole.lake, "grades_ID", address);
    const again = await exportIceberg(whole.lake, plan);
    assert.equal(
      again.tables[2]?.metadata,
      `${address}/lake/_iceberg/grades_ID/metadata/v${before.hint}.metadata.json`,
    );
    assert.deepEqual(await readIceberg(whole.lake, "grades_ID", address), before);
  });

  test("have versions that were made before they were switched on, and none that is gone", async () => {
    const whole = createWholeLake("events", 20);
    await landCommits(whole, 4);
    await whole.lake.hdfs.deleteSnapshot("/lake", "version-00000003");
    await exportIceberg(whole.lake, { address, numbers: [2, 3, 4, 5] });
    await checkExport(whole, [2, 4, 5]);
    await whole.lake.hdfs.deleteSnapshot("/lake", "version-00000002");
    await exportIceberg(whole.lake, { address, numbers: [4, 5] });
    await checkExport(whole, [4, 5]);
    const left = (await whole.lake.hdfs.list("/lake/_iceberg/grades_ID/metadata")).map(({ name }) => name);
    assert.deepEqual(
      left.filter((name) => name.includes("00000002")),
      [],
    );
  });

  test("have the last twenty versions, and of those before the pinned ones, as tags", async () => {
    const whole = createExported();
    await landCommits(whole, 2);
    await pinVersion(whole.lake, "report", 2);
    await landCommits(whole, 21);
    const { metadata } = await readIceberg(whole.lake, "raw_data", address);
    const numbers = metadata.snapshots.map((one) => one["snapshot-id"]);
    assert.deepEqual([numbers.length, numbers[0], numbers[1], numbers.at(-1)], [21, 2, 6, 25]);
    assert.deepEqual(metadata.refs.report, { "snapshot-id": 2, type: "tag" });
    const files = await whole.lake.hdfs.list("/lake/_iceberg/raw_data/metadata");
    assert.equal(files.filter(({ name }) => name.endsWith(".avro")).length, 2 * 21);
  });

  test("keep their identity where they are reached by another address", async () => {
    const whole = createExported();
    await landCommits(whole, 2);
    const { metadata } = await readIceberg(whole.lake, "grades_ID", address);
    const numbers = await numbersOf(whole.lake);
    await exportIceberg(whole.lake, { address: "hdfs://cluster", numbers });
    const moved = await readIceberg(whole.lake, "grades_ID", "hdfs://cluster");
    assert.equal(moved.metadata["table-uuid"], metadata["table-uuid"]);
    assert.deepEqual(
      moved.snapshots.map(({ version }) => version),
      numbers,
    );
  });

  test("cost a landing nothing where they can't be written; the next commit writes what was left", async () => {
    const whole = createExported();
    await landCommits(whole, 1);
    const { exporting } = whole.lake;
    for (const [index, calls] of [2, 20, 60, 90].entries()) {
      const { hdfs } = endAfter(whole.lake, calls);
      await landCommits({ ...whole, lake: { ...whole.lake, exporting: { ...exporting, hdfs } } }, 1);
      // by the claim's version, which had none, and by the commit's
      assert.ok(whole.told.length > index, `nothing failed at call ${calls}`);
      assert.match(
        whole.told.at(-1) ?? "",
        /the plug was pulled; the commit counts, .+ "npx user-activity iceberg"$/,
      );
    }
    await landCommits(whole, 1);
    await checkExport(whole, await numbersOf(whole.lake));
  });

  test("are written after another run that did so at the same moment", async () => {
    const whole = createExported();
    await landCommits(whole, 2);
    const numbers = await numbersOf(whole.lake);
    const elsewhere = { address: "hdfs://elsewhere", numbers };
    let isDone = false;
    const late = wrapLake(whole.lake, async (_, call, what) => {
      if (!isDone && /^rename .+grades_ID\/v\d+\.metadata\.json /.test(what)) {
        isDone = true;
        await exportIceberg(whole.lake, elsewhere);
      }
      return call();
    });
    await exportIceberg(late, { address: "hdfs://late", numbers });
    const { hint, snapshots } = await readIceberg(whole.lake, "grades_ID", "hdfs://late");
    assert.ok(hint >= 3);
    assert.equal(snapshots.length, numbers.length);
  });

  test("are none where there are no versions, which is told", async () => {
    const { lake, config } = createExported();
    const external = { ...config, hdfs: { ...config.hdfs, external: true } };
    const { openWhole } = await import("../../helpers/whole-landing.js");
    const { closeLanding } = await import("user-activity/dist/landing/hold.js");
    const told: string[] = [];
    await closeLanding(
      await openWhole({ lake, config: external }, { onNoVersions: (text) => told.push(text) }),
    );
    assert.match(told[0] ?? "", /-allowSnapshot \/lake.+; without versions nothing is written as Iceberg$/);
    assert.deepEqual(await lake.hdfs.list("/lake/_iceberg"), []);
  });
});
