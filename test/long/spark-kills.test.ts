import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { landWithSpark } from "user-activity/dist/spark/run";
import { anEvent } from "../helpers/an-event";
import { ownConfig } from "../helpers/live-lake";
import { createTopic, send } from "../helpers/live-topics";
import {
  assertAsLand,
  delivering,
  lakeOf,
  sparkJob,
  startSpark,
  whySparkIsSkipped,
} from "../helpers/spark-jobs";

const doomedScript = projectPath("test", "python", "spark_doomed.py");
const event = (id: number) => ({ ...anEvent(), user_exam_id: `a-${id}` });

type Moment = readonly [step: string, number: string, when: "before" | "after"];

/**
 * The steps over a lake's files, in the order of a run: of the first batch five times, of four others, and of the settling, when
 * one table has taken the other's place. The first step `place` of a run finishes what the one before it left.
 */
const tenMoments: readonly Moment[] = [
  ["write", "1", "after"],
  ["write", "3", "before"],
  ["write", "6", "after"],
  ["commit", "1", "before"],
  ["commit", "1", "after"],
  ["place", "2", "before"],
  ["rename", "1", "after"],
  ["sweep", "2", "after"],
  ["place", "2", "after"],
  ["rename", "3", "after"],
];

/** When the first batch's files are written, when they count and are not placed, and amid the settling, when a table is away. */
const threeMoments: readonly Moment[] = [
  ["write", "6", "after"],
  ["commit", "1", "after"],
  ["rename", "3", "after"],
];

/** All of them, and the run that follows, take minutes: where this file is asked for. */
const isWhole = Boolean(process.env.TESTS_BY_NAME);
const { moments, batch } = isWhole
  ? { moments: tenMoments, batch: 20 }
  : { moments: threeMoments, batch: 50 };

describe("Spark that is killed", { skip: whySparkIsSkipped() }, () => {
  test(`kill -9 at ${moments.length} moments, a row that is not written and a stop amid a commit lose and double nothing`, async (t) => {
    const config = ownConfig("spark-killed");
    await createTopic(config.kafka, 3);
    const events = Array.from({ length: 60 }, (_, index) => {
      const id = index % 5 === 3 ? index - 1 : index;
      const event = { ...anEvent(), user_exam_id: `a-${id}`, exam_name: `Course ${id % 3}` };
      return index % 7 === 6 ? { ...event, exam_name: "" } : event;
    });
    const messages = (partition: number) => events.map((one) => ({ value: JSON.stringify(one), partition }));
    await send(config.kafka, messages(2));
    await send(config.kafka, messages(1).slice(0, 20));
    await send(config.kafka, messages(0).slice(10, 30));
    const job = sparkJob(config, lakeOf(config), { batch });
    const started: ReturnType<typeof startSpark>[] = [];
    t.after(() => {
      for (const one of started) one.kill("SIGKILL"); // where an assertion ended the test before
    });
    const start = (moment: readonly string[]) => {
      const args = [projectPath("spark"), ...moment];
      const one = startSpark(config, { script: doomedScript, args, warm: job });
      started.push(one);
      return one;
    };
    const all = [...moments, ["to_quarantine", "1", "lose", "commit", "1", "stop"]];
    let next = start(moments[0] ?? []);
    const met: string[] = [];
    for (const [index, moment] of moments.entries()) {
      const doomed = next;
      doomed.write(job);
      next = start(all[index + 1] ?? []); // it is ready when this one ends
      const by = await doomed.end();
      assert.ok(by === "SIGKILL" || by === 0, `${moment.join(" ")}: ${by} ${doomed.log()}`);
      if (by === "SIGKILL") met.push(moment.join(" "));
    }
    t.diagnostic(`killed at ${met.join(", ")}`);
    assert.equal(met.length, moments.length);
    const deliver = delivering(config);
    await deliver(2, [event(1), event(201)]);
    // a refused event that is counted and not written does not get as far as a commit
    const { error = "" } = await next.run(job);
    assert.match(error, /^spark: expected 1 messages in quarantine, received 0; see its log$/);
    // told to stop between a commit and its placing: it has to place what counts
    const stopped = await next.run({ ...job, follow: true });
    assert.equal(stopped.error, undefined, `${stopped.error}\n${next.log()}`);
    assert.equal(await next.end(), 1); // one of its two jobs failed
    await assertAsLand(config, stopped);
    if (!isWhole) return;
    // a whole run with the settings of users, which goes on with what comes until it is told to stop
    const stopping = new AbortController();
    const seen: number[] = [];
    await deliver(1, [event(202)]);
    const report = await landWithSpark({
      config,
      ...{ lake: lakeOf(config), master: "local[2]", follow: true, every: "1 seconds" },
      signal: AbortSignal.any([stopping.signal, t.signal]),
      onCommit: ({ counts: { consumed } }) => {
        seen.push(consumed);
        if (consumed === 103) void deliver(2, [event(1), event(203)]);
        else stopping.abort();
      },
    });
    assert.deepEqual(seen, [103, 105]);
    await assertAsLand(config, report);
  });
});
