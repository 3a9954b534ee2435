import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lastChange } from "user-activity/dist/lake/commit-file";
import { expireVersions } from "user-activity/dist/lake/expiry";
import { selectDue } from "user-activity/dist/lake/keeping";
import { type Lake, readLastCommit, readTable, resetLake } from "user-activity/dist/lake/lake";
import { pinVersion, readPins, unpinVersion } from "user-activity/dist/lake/pins";
import { expiringName, versionName } from "user-activity/dist/lake/version-names";
import { isTrue, listVersions, openVersion } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import { closeLanding, commitBatch } from "user-activity/dist/landing/hold";
import { verify } from "user-activity/dist/landing/verify";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { endAfter, pulled, wrapLake } from "../../helpers/faulty-lake";
import { createWholeLake } from "../../helpers/whole-hdfs";
import {
  addSome,
  landCommits,
  openWhole as open,
  replayAll,
  type WholeLake,
} from "../../helpers/whole-landing";

const dayMs = 24 * 3600_000;

/** Throws after so many calls that change something, and at all later ones. */
function endAfterWrites(lake: Lake, last: number): Lake {
  let writes = 0;
  return wrapLake(lake, async (_, call, what) => {
    if (!/^(write|rename|replace|remove|makeDirectory|createSnapshot|deleteSnapshot) /.test(what))
      return call();
    const answer = ++writes <= last ? await call() : undefined;
    if (writes >= last) throw new Error(pulled);
    return answer;
  });
}

const numbersOf = async (lake: Lake) => (await listVersions(lake)).map(({ number }) => number);

/** Holds every version to its commit, and the last to the last that changed the tables. */
async function checkVersions({ lake }: WholeLake): Promise<void> {
  for (const number of await numbersOf(lake)) {
    assert.ok(await isTrue(lake, number), `version ${number} is of another commit`);
    const version = openVersion(lake, number);
    const { state } = (await readLastCommit(version)) ?? assert.fail();
    for (const table of Object.keys(tables) as ShippedName[])
      assert.equal((await readTable(version, table)).length, state.rowCounts[table], `${table} of ${number}`);
  }
  const last = await readLastCommit(lake);
  const change = last && lastChange(last);
  if (change !== undefined) assert.equal((await numbersOf(lake)).at(-1), change);
}

describe("a version", () => {
  test("is made of each commit that changes the tables, and stays as it is while others land", async () => {
    const whole = createWholeLake("events", 20);
    await landCommits(whole, 3);
    assert.deepEqual(await numbersOf(whole.lake), [2, 3, 4]);
    await compact(whole);
    await replayAll(whole);
    assert.deepEqual(await numbersOf(whole.lake), [2, 3, 4, 5, 7]); // 6 is the replay's claim
    await checkVersions(whole);
    for (const number of await numbersOf(whole.lake))
      assert.ok((await verify({ ...whole, lake: openVersion(whole.lake, number) })).ok, `version ${number}`);
    const rows = (number: number) => readTable(openVersion(whole.lake, number), "raw_data");
    assert.deepEqual([(await rows(2)).length, (await rows(7)).length], [2, 6]);
  });

  test("does not hold what its own commit has replaced, nor what an ended run has staged", async () => {
    const whole = createWholeLake("events", 20);
    await landCommits(whole, 3);
    await compact(whole);
    const inTmp = (number: number) => whole.lake.hdfs.list(openVersion(whole.lake, number).at("_tmp"));
    const held = await whole.lake.hdfs.list((await inTmp(5))[0]?.path ?? "none");
    assert.deepEqual(
      held.filter(({ name }) => name.startsWith("old-")),
      [],
    );
  });

  test("is named in the catalogue, which is the same in the version", async () => {
    const whole = createWholeLake("events", 20);
    await landCommits(whole, 2);
    const { lake } = whole;
    const text = (await lake.hdfs.read(lake.at("datapackage.json"))).toString();
    assert.equal(JSON.parse(text).lineage.version, ".snapshot/version-00000003");
    assert.equal((await lake.hdfs.read(openVersion(lake, 3).at("datapackage.json"))).toString(), text);
  });

  const works = { land: (whole: WholeLake) => landCommits(whole, 1), compact, replay: replayAll };
  for (const [name, work] of Object.entries(works)) {
    test(`is made by the next run where one was ended before it, wherever that was: ${name}`, async () => {
      for (let writes = 1; ; writes++) {
        const whole = createWholeLake("events", 20);
        await landCommits(whole, 2);
        const ended = await work({ ...whole, lake: endAfterWrites(whole.lake, writes) }).then(
          () => false,
          () => true,
        );
        await landCommits(whole, 0);
        await checkVersions(whole).catch((cause: Error) =>
          assert.fail(`${name} ended after ${writes} writes: ${cause.message}`),
        );
        if (!ended) break;
      }
    });
  }

  test("that a run makes too late, others having committed and removed theirs, is removed again", async () => {
    const whole = createWholeLake("events", 1);
    const late = wrapLake(whole.lake, async (_, call, what) => {
      if (what === `createSnapshot /lake ${versionName(2)}`) {
        await landCommits(whole, 2);
        await expireVersions(whole.lake, Date.now() + 2 * dayMs);
      }
      return call();
    });
    await assert.rejects(landCommits({ ...whole, lake: late }, 2), /has taken over/);
    assert.deepEqual(await numbersOf(whole.lake), [5]);
    await checkVersions(whole);
  });

  test("is none where versions are switched off, and snapshots are not allowed then", async () => {
    const whole = createWholeLake("events", 0);
    await landCommits(whole, 2);
    assert.equal((await whole.lake.hdfs.access("/lake"))?.isSnapshottable, false);
    assert.deepEqual(await numbersOf(whole.lake), []);
  });
});

describe("where nobody has allowed snapshots", () => {
  test("of somebody's cluster, a lander says so once, names the command, and goes on", async () => {
    const whole = createWholeLake("events", 20);
    const config = { ...whole.config, hdfs: { ...whole.config.hdfs, external: true } };
    const told: string[] = [];
    const landing = await open({ ...whole, config }, { onNoVersions: (text) => told.push(text) });
    await addSome(landing);
    await commitBatch(landing);
    await closeLanding(landing);
    assert.deepEqual(told, [
      "hdfs /lake: expected a directory that versions can be made of, received a directory whose snapshots nobody has allowed; the tables land without; an administrator allows them, once and for all: hdfs dfsadmin -allowSnapshot /lake, and its owner makes them",
    ]);
    const catalogue = JSON.parse((await whole.lake.hdfs.read("/lake/datapackage.json")).toString());
    assert.equal(catalogue.lineage.version, null);
    assert.deepEqual(await numbersOf(whole.lake), []);
  });

  test("they begin with the first commit after somebody has", async () => {
    const whole = createWholeLake("events", 20);
    const config = { ...whole.config, hdfs: { ...whole.config.hdfs, external: true } };
    await landCommits({ ...whole, config }, 1);
    await whole.lake.hdfs.allowSnapshots("/lake");
    await landCommits({ ...whole, config }, 1);
    assert.deepEqual(await numbersOf(whole.lake), [2, 4]); // that of before is made by the claim
    await checkVersions(whole);
  });
});

describe("versions that are due", () => {
  const versions = [1, 2, 5, 8].map((number) => ({ number, path: "", takenMs: number * 1000 }));
  const due = (keep: number, nowMs: number, pinned: readonly number[] = []) =>
    selectDue(versions, { keep, nowMs, pinned: new Set(pinned) }).map(({ number }) => number);

  test("are those beyond the last so many that are a day old and not pinned", () => {
    assert.deepEqual(due(1, dayMs + 5000), [1, 2, 5]);
    assert.deepEqual(due(3, dayMs + 8000), [1]);
    assert.deepEqual(due(1, dayMs + 2000), [1, 2]);
    assert.deepEqual(due(1, dayMs + 9000, [2, 5]), [1]);
    assert.deepEqual(due(1, 9000), []);
  });

  test("are also those beyond the last ten thousand, however young", () => {
    const many = Array.from({ length: 10_003 }, (_, index) => ({ number: index + 1, path: "", takenMs: 0 }));
    const found = selectDue(many, { keep: 1, nowMs: 1, pinned: new Set([2]) });
    assert.deepEqual(
      found.map(({ number }) => number),
      [1, 3],
    );
  });

  test("are removed, but for one that is pinned while it is removed", async () => {
    const whole = createWholeLake("events", 1);
    await landCommits(whole, 4);
    const lake = wrapLake(whole.lake, async (_, call, what) => {
      if (what !== `renameSnapshot /lake ${versionName(3)} ${expiringName(3)}`) return call();
      await pinVersion(whole.lake, "report", 3);
      return call();
    });
    await expireVersions(lake, Date.now() + 2 * dayMs);
    assert.deepEqual(await numbersOf(whole.lake), [3, 5]);
    await checkVersions(whole);
  });

  test("are removed by the next run where one was ended amid it, wherever that was", async () => {
    for (let calls = 1; ; calls++) {
      const whole = createWholeLake("events", 1);
      await landCommits(whole, 4);
      await pinVersion(whole.lake, "report", 3);
      const later = Date.now() + 2 * dayMs;
      const ended = await expireVersions(endAfter(whole.lake, calls), later).then(
        () => false,
        () => true,
      );
      await expireVersions(whole.lake, later);
      const names = (await whole.lake.hdfs.list("/lake/.snapshot")).map(({ name }) => name);
      assert.deepEqual(names, [versionName(3), versionName(5)], `ended after ${calls} calls`);
      if (!ended) break;
    }
  });
});

describe("a pin", () => {
  test("keeps its version until it is removed; done again it is the same", async () => {
    const whole = createWholeLake("events", 1);
    await landCommits(whole, 3);
    await pinVersion(whole.lake, "report.2026", 2);
    const { name, version } = await pinVersion(whole.lake, "report.2026", 2);
    assert.deepEqual([name, version], ["report.2026", 2]);
    await expireVersions(whole.lake, Date.now() + 2 * dayMs);
    assert.deepEqual(await numbersOf(whole.lake), [2, 4]);
    await unpinVersion(whole.lake, "report.2026");
    await expireVersions(whole.lake, Date.now() + 4 * dayMs);
    assert.deepEqual(await numbersOf(whole.lake), [4]);
  });

  test("of no version, of another one's name or of a strange name is refused, and leaves nothing", async () => {
    const { lake, config } = createWholeLake("events", 20);
    await landCommits({ lake, config }, 1);
    await assert.rejects(pinVersion(lake, "a", 9), /expected version 9, received versions from 2 to 2/);
    assert.deepEqual(await readPins(lake), []);
    await pinVersion(lake, "a", 2);
    await assert.rejects(pinVersion(lake, "a", 3), /received "a", by which me has pinned version 2; choose/);
    await assert.rejects(
      pinVersion(lake, "a/b", 2),
      /expected a name of letters, digits, .+ received "a\/b"/,
    );
    await assert.rejects(unpinVersion(lake, "b"), /expected a pin called "b", received a;/);
  });
});

describe("a reset", () => {
  const deleteAll = async (keep: number) => {
    const whole = createWholeLake("events", keep);
    await landCommits(whole, 2);
    return whole.lake;
  };

  test("that is to leave the directory empties it, versions and all", async () => {
    const lake = await deleteAll(20);
    assert.equal(await resetLake(lake, { isEmptied: true }), true);
    assert.deepEqual(await lake.hdfs.list("/lake"), []);
    assert.deepEqual(await lake.hdfs.list("/lake/.snapshot"), []);
    assert.equal((await lake.hdfs.access("/lake"))?.isSnapshottable, true);
  });

  test("deletes nothing where a version is pinned, or where there are snapshots of others", async () => {
    const lake = await deleteAll(20);
    const before = await numbersOf(lake);
    await pinVersion(lake, "report", 2);
    await assert.rejects(
      resetLake(lake, { isEmptied: true }),
      /received version 2, which me has pinned as "report"; nothing is deleted, .+ versions unpin report;/,
    );
    await unpinVersion(lake, "report");
    await lake.hdfs.createSnapshot("/lake", "monday");
    await assert.rejects(
      resetLake(lake, { isEmptied: true }),
      /received 1 \(monday\): .+If they may go: hdfs dfs -deleteSnapshot \/lake monday; then run it again$/,
    );
    assert.deepEqual(await numbersOf(lake), before);
  });
});
