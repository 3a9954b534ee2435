import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { expireVersions } from "user-activity/dist/lake/expiry";
import { openLake, readTable, resetLake } from "user-activity/dist/lake/lake";
import { pinVersion, unpinVersion } from "user-activity/dist/lake/pins";
import { openVersion } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import { readVersionsStatus } from "user-activity/dist/landing/history";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { administer } from "../helpers/administrator";
import { type Interjection, interject } from "../helpers/faulty-lake";
import { ownConfig } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { checkVersions } from "../helpers/version-checks";

const dayMs = 24 * 3600_000;

/** Has nothing more fit into a directory: no name, or no byte. */
function fill({ hdfs }: Config, what: "names" | "bytes"): Promise<unknown> {
  const [names, bytes] = what === "names" ? ["1", "-1"] : ["-1", "1"];
  return administer("SETQUOTA", hdfs.lakeDir, { namespacequota: names, storagespacequota: bytes });
}

function makeRoom({ hdfs }: Config): Promise<unknown> {
  return administer("SETQUOTA", hdfs.lakeDir, { namespacequota: "-1", storagespacequota: "-1" });
}

const used = /403 (NS|DS)QuotaExceededException .+: make room in it, .+ or have the quota raised/;

interface Case extends Pick<Interjection, "what" | "nth"> {
  readonly full: "names" | "bytes";
  readonly work: "land" | "compact";
}

const cases: readonly Case[] = [
  { work: "land", full: "bytes", what: /^write .*_tmp.*grades_ID/ },
  { work: "land", full: "names", what: /^write .*_tmp.*_commits/, nth: 2 },
  { work: "land", full: "names", what: /^rename .*_commits/, nth: 2 },
  { work: "land", full: "names", what: /^createSnapshot /, nth: 2 },
  { work: "compact", full: "bytes", what: /^write .*_tmp/ },
  { work: "compact", full: "names", what: /^createSnapshot /, nth: 2 },
];

test("a quota that is used up amid a commit, or before its version, costs no row and no version", async (t) => {
  const topic = ownConfig("quota");
  const root = topic.hdfs.lakeDir;
  after(() => resetLake(openLake(topic.hdfs)));
  const lakes = cases.map((_, index) => ({ ...topic, hdfs: { ...topic.hdfs, lakeDir: `${root}/${index}` } }));
  for (const name of ["first", "second"]) {
    await publishEvents(topic, 3, name);
    // those that are merged have two commits, the others are to get their second one
    for (const [index, config] of lakes.entries())
      if (name === "first" || cases[index]?.work === "compact") await land({ config });
  }
  for (const [index, { work, full, ...point }] of cases.entries()) {
    const config = lakes[index] ?? assert.fail();
    const where = `${work}: ${full} before ${point.what}`;
    await t.test(where, async () => {
      const lake = interject(config, { ...point, when: "before", work: () => fill(config, full) });
      const run = work === "land" ? land({ config, lake }) : compact({ config, lake });
      await assert.rejects(run, used);
      const whole = openLake(config.hdfs);
      const before = (await whole.hdfs.list(whole.at(".snapshot"))).map(({ name }) => name);
      await makeRoom(config);
      if (work === "compact") await compact({ config });
      await land({ config });
      const numbers = await checkVersions(whole, where);
      assert.ok(before.length < numbers.length, where);
      for (const lakeOf of [whole, ...numbers.map((number) => openVersion(whole, number))])
        assert.ok((await verify({ config, lake: lakeOf })).ok, where);
      assert.equal((await readTable(whole, "raw_data")).length, 6, where);
    });
  }
});

test("versions that are due go although a quota is used up, and one that is half gone goes next time", async () => {
  const config = ownConfig("quota-expiry");
  for (const name of ["first", "second", "third"]) {
    await publishEvents(config, 2, name);
    await land({ config });
  }
  const lake = openLake(config.hdfs, undefined, 1);
  const numbers = await checkVersions(lake, "landed");
  assert.deepEqual(numbers, [2, 4, 6]);
  await pinVersion(lake, "first", numbers[0] ?? 0);
  await fill(config, "names");
  const later = Date.now() + 2 * dayMs;
  const cut = interject(config, {
    what: /^deleteSnapshot /,
    when: "before",
    work: () => Promise.reject(new Error("the plug was pulled")),
  });
  const heldBytes = async () => (await readVersionsStatus(lake)).heldBytes ?? assert.fail();
  const held = await heldBytes();
  await assert.rejects(expireVersions({ ...cut, versions: { keep: 1, refusal: undefined } }, later), /plug/);
  await expireVersions(lake, later);
  assert.deepEqual(await checkVersions(lake, "expired"), [numbers[0], numbers.at(-1)]);
  assert.ok((await heldBytes()) < held, "room was made");
  await makeRoom(config);
  await unpinVersion(lake, "first");
  await land({ config });
  assert.ok((await verify({ config, lake })).ok);
});
