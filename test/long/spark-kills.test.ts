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

describe("Spark that is killed", { skip: whySparkIsSkipped() }, () => {
  test("kill -9 at ten moments loses and doubles nothing", async (t) => {
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
    const job = sparkJob(config, lakeOf(config), { batch: 20 });
    const started: ReturnType<typeof startSpark>[] = [];
    t.after(() => {
      for (const one of started) one.kill("SIGKILL"); // where an assertion ended the test before
    });
    const start = (moment: readonly string[] = []) =>
      started.push(
        startSpark(config, { script: doomedScript, args: [projectPath("spark"), ...moment], warm: job }),
      );
    const met: string[] = [];
    start(moments[0]);
    for (const [index, moment] of moments.entries()) {
      const doomed = started[index] ?? assert.fail("no run");
      doomed.write(job);
      if (index + 1 < moments.length) start(moments[index + 1]); // it is ready when this one ends
      const by = await doomed.end();
      assert.ok(by === "SIGKILL" || by === 0, `${moment.join(" ")}: ${by} ${doomed.log()}`);
      if (by === "SIGKILL") met.push(moment.join(" "));
    }
    t.diagnostic(`killed at ${met.join(", ")}`);
    assert.equal(met.length, moments.length);
    // a whole run, which goes on with what comes until it is told to stop
    const deliver = delivering(config);
    await deliver(2, [event(1), event(201)]);
    const stopping = new AbortController();
    const seen: number[] = [];
    const report = await landWithSpark({
      config,
      ...{ lake: lakeOf(config), master: "local[2]", follow: true, every: "1 seconds" },
      signal: AbortSignal.any([stopping.signal, t.signal]),
      onCommit: ({ counts: { consumed } }) => {
        seen.push(consumed);
        if (consumed === 102) void deliver(1, [event(202)]);
        else if (consumed === 103) stopping.abort();
      },
    });
    assert.deepEqual(seen.slice(0, 2), [102, 103]);
    await assertAsLand(config, report);
  });
});

/**
 * The steps over a lake's files, in the order of a run: of the first batch five times, of four others, and of the settling, when
 * one table has taken the other's place. The first step `place` of a run finishes what the one before it left.
 */
const moments: readonly (readonly [step: string, number: string, when: "before" | "after"])[] = [
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
