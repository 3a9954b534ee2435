import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { commit } from "../helpers/kill-points";
import {
  checkLake,
  forEach,
  ownTopic,
  type Point,
  runDoomed,
  startDoomed,
  untilStopped,
} from "../helpers/kills";

const place = "^rename .*/raw_data/part-";

/** A handful of the points of test/long/kills.test.ts and kills-of-compaction.test.ts. */
const landingPoints: readonly Point[] = [
  { what: commit, call: 1, when: "after" }, // claimed
  { what: "^write .*/grades_ID-", call: 1, when: "amid", ms: 5 },
  { what: commit, call: 2, when: "before" }, // all staged, nothing counts
  { what: commit, call: 3, when: "after" }, // it counts, nothing is published
  { what: place, call: 2, when: "after" }, // some of it is published
];

const swap = "^rename .*/new-raw_data .*/raw_data$";
const compactionPoints: readonly Point[] = [
  { what: commit, call: 1, when: "before" },
  { what: commit, call: 1, when: "after" },
  { what: swap, call: 1, when: "before" }, // the table is nowhere
];

describe("kill -9", () => {
  test("of a landing loses and doubles nothing", async () => {
    const { newLake, expected } = await ownTopic("killed", 11);
    await forEach(landingPoints, async (at, index) => {
      const config = newLake();
      const where = JSON.stringify(at);
      assert.ok(await runDoomed(config, { work: "land", at, threads: index % 2 }), where);
      await land({ config });
      await checkLake(config, { expected, where, versions: true });
    });
  });

  test("of a compaction loses and doubles nothing", async () => {
    const { newLake, expected } = await ownTopic("killed", 11);
    await forEach(compactionPoints, async (at, index) => {
      const config = newLake();
      const where = JSON.stringify(at);
      await land({ config, batchMessages: 1 });
      assert.ok(await runDoomed(config, { work: "compact", at }), where);
      if (index > 0) await compact({ config });
      await land({ config });
      await checkLake(config, { expected, where, versions: true, independently: index === 2 });
    });
  });
});

describe("of landers and compactions at once", () => {
  test("the older lander, stopped for a while, says that another has taken over; nothing is lost or doubled", async () => {
    const { newLake, expected } = await ownTopic("stopped", 11);
    const config = newLake();
    const at: Point = { what: commit, call: 3, when: "before", signal: "SIGSTOP" };
    const older = startDoomed(config, { work: "land", at });
    await untilStopped(older);
    await land({ config });
    older.kill("SIGCONT");
    const { code, stderr } = await older.ended;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^hdfs .*_commits: commit \d+ .* is another run's, which has taken over; this one stops/,
    );
    await land({ config });
    await checkLake(config, { expected, where: "taken over", versions: true });
  });

  test("two landers, two compactions: nothing is lost or doubled", async () => {
    const { newLake, expected } = await ownTopic("both", 11);
    const config = newLake();
    const works = [
      landOrYield(config),
      landOrYield(config),
      compactIfLanded(config),
      compactIfLanded(config),
    ];
    await Promise.all(works);
    await Promise.all([compactIfLanded(config), compactIfLanded(config)]);
    await land({ config });
    await checkLake(config, { expected, where: "all at once", versions: true, independently: true });
  });
});

function landOrYield(config: Config): Promise<unknown> {
  return land({ config, batchMessages: 1 }).catch((error: Error) =>
    assert.match(error.message, /taken over/),
  );
}

function compactIfLanded(config: Config): Promise<unknown> {
  return compact({ config }).catch((error: Error) => assert.match(error.message, /a landed lake|stay while/));
}
