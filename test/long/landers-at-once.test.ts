import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { land } from "user-activity/dist/landing/land";
import { commit, retry } from "../helpers/kill-points";
import {
  checkLake,
  type Ended,
  forEach,
  ownTopic,
  type Point,
  startDoomed,
  untilStopped,
} from "../helpers/kills";

const isTakenOver = /^hdfs .*_commits: commit \d+ .* is another run's, which has taken over; this one stops/m;

describe("landers and compactions at once", () => {
  test("a lander that stood still while another took over stops and says so, wherever it stood [held-still]", async (t) => {
    const { newLake, expected } = await ownTopic("still", 11);
    const whats = [
      { what: commit, call: 1 },
      { what: "^write .*/raw_data-", call: 1 },
      { what: "^write .*/raw_data-", call: 2 },
      { what: commit, call: 2 },
      { what: commit, call: 3 },
      { what: "^rename .*/raw_data/part-", call: 2 },
      { what: "^replace .*/course_ID/part-", call: 2 },
      { what: "^replace .*datapackage.json$", call: 2 },
    ];
    const points = whats.flatMap((what): Point[] => [
      { ...what, when: "before", signal: "SIGSTOP" },
      { ...what, when: "after", signal: "SIGSTOP" },
    ]);
    let took = 0;
    await forEach(points, async (at) => {
      const config = newLake();
      const where = JSON.stringify(at);
      const older = startDoomed(config, { work: "land", at });
      await untilStopped(older);
      await land({ config, retry });
      older.kill("SIGCONT");
      // one that has not claimed yet claims behind the other, and lands
      const hasClaimed = at.what !== commit || at.call !== 1 || at.when !== "before";
      assert.equal(endedInOrder(await older.ended, where), hasClaimed, where);
      if (hasClaimed) took++;
      await land({ config, retry });
      await checkLake(config, { expected, where, independently: at.when === "after" && at.call === 3 });
    });
    t.diagnostic(`${took} stopped and said so, ${points.length - took} had not claimed yet and landed after`);
  });

  test("two and three landers that start at once: the last that claims lands, the others stop and say so [at-once]", async (t) => {
    const { newLake, expected } = await ownTopic("at-once", 11);
    let took = 0;
    await forEach(
      Array.from({ length: 10 }, (_, index) => index),
      async (index) => {
        const config = newLake();
        const landers = [0, 1, 2]
          .slice(index % 3 === 2 ? 0 : 1)
          .map(() => startDoomed(config, { work: "land" }));
        const ended = await Promise.all(landers.map((lander) => lander.ended));
        const stopped = ended.filter((one) => endedInOrder(one, `round ${index}`)).length;
        assert.ok(stopped < landers.length, "none has landed");
        took += stopped;
        if (index % 2 === 0) await land({ config, retry });
        await checkLake(config, {
          expected,
          where: `round ${index}`,
          swept: index % 2 === 0,
          independently: index === 0,
        });
      },
      2,
    );
    t.diagnostic(`${took} landers were taken over`);
  });

  test("compactions beside each other and beside landers", async () => {
    const { newLake, expected } = await ownTopic("merging", 11);
    await forEach(
      Array.from({ length: 6 }, (_, index) => index),
      async (index) => {
        const config = newLake();
        await land({ config, retry, batchMessages: 1 });
        const works = (["compact", "compact", "land"] as const).slice(0, index % 2 === 0 ? 2 : 3);
        const ended = await Promise.all(works.map((work) => startDoomed(config, { work }).ended));
        for (const { code, stderr } of ended) assert.equal(code, 0, stderr);
        await checkLake(config, { expected, where: `round ${index}`, swept: false });
        await land({ config, retry });
        await checkLake(config, { expected, where: `round ${index}`, independently: index < 2 });
      },
      2,
    );
  });
});

/** Whether the lander was taken over; throws where it failed otherwise. */
function endedInOrder({ code, stderr }: Ended, where: string): boolean {
  if (code === 0) return false;
  assert.equal(code, 1, `${where}: ${stderr}`);
  assert.match(stderr, isTakenOver, where);
  return true;
}
