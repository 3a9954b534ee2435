import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "user-activity/dist/base/errors";
import { writeCommit } from "user-activity/dist/lake/commit";
import { emptyState, nextCommit } from "user-activity/dist/lake/commit-file";
import { openLake } from "user-activity/dist/lake/lake";
import { createLake } from "user-activity/dist/lake/placing";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { interject, wrapLake } from "../helpers/faulty-lake";
import { checkLake, ownTopic } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";

const commit = /^rename .*_commits\//;

/** Something that another waits for. */
function newSignal(): { wait: Promise<void>; give: () => void } {
  let give = () => {};
  const wait = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { wait, give };
}

test("a compaction that counts leaves its files to the lander that claims before it knows", async () => {
  const { newLake, expected } = await ownTopic("race", 11);
  const config = newLake();
  await land({ config, batchMessages: 1 });
  const [isSwapping, isCompacted] = [newSignal(), newSignal()];
  const claiming = interject(config, {
    what: /^rename .*\/new-raw_data .*\/raw_data$/,
    when: "before",
    work: () => {
      isSwapping.give(); // raw_data is nowhere now
      return isCompacted.wait;
    },
  });
  let landing: Promise<unknown> = Promise.resolve();
  const compacting = interject(config, {
    what: commit,
    when: "after",
    work: () => {
      landing = land({ config, lake: claiming });
      return Promise.race([isSwapping.wait, landing]);
    },
  });
  await compact({ config, lake: compacting });
  isCompacted.give();
  await landing;
  await checkLake(config, { expected, where: "claimed", swept: false });
  await land({ config });
  await checkLake(config, { expected, where: "claimed" });
});

test("of landers that claim at the same moment each keeps or yields the lake, and none claims it back", async () => {
  const { newLake, expected } = await ownTopic("race-claim", 11);
  const config = newLake();
  let younger: Promise<unknown> = Promise.resolve();
  const lake = interject(config, {
    what: commit,
    when: "after",
    work: () => {
      younger = land({ config });
      return younger;
    },
  });
  await assert.rejects(land({ config, lake }), /has taken over; this one stops/);
  await younger;
  await checkLake(config, { expected, where: "claims" });
});

test("a lander whose second claim is swept by the one before it, which it had come too late for, claims again", async () => {
  const { newLake, expected } = await ownTopic("race-claim-swept", 11);
  for (const isSwept of [true, false]) {
    const config = newLake();
    const real = openLake(config.hdfs);
    let claims = 0;
    const lake = wrapLake(real, async (_, call, told) => {
      const isClaim = /^write .*\/claim-/.test(told);
      if (isClaim && ++claims === 1) await land({ config }); // this one comes too late
      const answer = await call();
      if (!isClaim || claims !== 2) return answer;
      if (isSwept) await real.hdfs.remove(real.at("_tmp"), { recursive: true });
      throw new ServiceError("hdfs /swept: write: expected 2 bytes, received no file");
    });
    const landing = land({ config, lake });
    if (isSwept) await landing;
    else await assert.rejects(landing, /received no file/); // what fails while the file is there is no sweeping
    assert.equal(claims, isSwept ? 3 : 2);
    await land({ config });
    await checkLake(config, { expected, where: `swept: ${isSwept}` });
  }
});

test("a lander whose file is swept while it writes says that another has taken over, whatever it wrote", async () => {
  const { newLake, expected } = await ownTopic("race-swept", 11);
  for (const what of [/^write .*_contract\//, /^write .*\/raw_data-/, /^write .*datapackage/]) {
    const config = newLake();
    const lake = interject(config, {
      what,
      when: "after",
      work: async () => {
        await land({ config });
        throw new ServiceError("hdfs /swept: write: expected 2 bytes, received no file");
      },
    });
    await assert.rejects(land({ config, lake }), /has taken over; this one stops/, `${what}`);
    await checkLake(config, { expected, where: `${what}` });
  }
});

test("so does a replay whose file is swept", async () => {
  const { newLake, expected } = await ownTopic("race-replay", 11);
  const config = newLake();
  await land({ config });
  const lake = interject(config, {
    what: /^write .*grades_ID/,
    when: "after",
    work: async () => {
      await land({ config });
      throw new ServiceError("hdfs /swept: write: expected 2 bytes, received no file");
    },
  });
  await assert.rejects(replay({ config, lake, again: true }), /has taken over; this one stops/);
  await checkLake(config, { expected, where: "replay" });
});

test("a commit that was held up until its number was free again does not count", async () => {
  const config = ownConfig("race-number");
  const lake = openLake(config.hdfs);
  await createLake(lake);
  const content = { run: "a", holder: "a", state: emptyState(config.kafka.topic), files: [], swaps: [] };
  const claimed = nextCommit(undefined, { ...content, kind: "claim" });
  const write = (number: number) => writeCommit(lake, { ...claimed, number }, `_tmp/commit-${number}.json`);
  assert.equal((await write(150)).isOurs, true);
  const { isOurs, last } = await write(50); // its number was pruned, for what was last
  assert.deepEqual([isOurs, last.number], [false, 150]);
  assert.equal((await write(149)).isOurs, true);
});
