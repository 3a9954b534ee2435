// @ts-check
// node bench/contract.mjs: how long inference and enforcement take of the shipped events ten times over, as a multiple of what
// JSON.parse takes of the same bytes. The best of several rounds each. Nothing is asserted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";

await setupOrExit();
const { compileContract } = await import("user-activity/dist/contract/compile.js");
const { shippedContract } = await import("user-activity/dist/contract/shipped.js");
const { inferSchema } = await import("user-activity/dist/events/infer.js");
const { EventComparison } = await import("user-activity/dist/events/diff-events.js");

const file = join(projectDir, "data", "assessments.json");
const records = /** @type {unknown[]} */ (JSON.parse(readFileSync(file, "utf8")));
const texts = Array.from({ length: 10 }, () => records.map((record) => JSON.stringify(record))).flat();
const values = texts.map((text) => Buffer.from(text));
const events = texts.map((text) => JSON.parse(text));

/** @param {() => void} work */
function bestOf(work) {
  const times = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  return Math.min(...times);
}

/** @type {(name: string, ms: number) => void} */
function tell(name, ms) {
  process.stdout.write(`${name}: ${ms.toFixed(0)} ms, ${(ms / parseMs).toFixed(1)} x JSON.parse\n`);
}

const parseMs = bestOf(() => {
  for (const text of texts) JSON.parse(text);
});
tell(`parse ${texts.length.toLocaleString("en-US")} events`, parseMs);
tell(
  "infer",
  bestOf(() => {
    inferSchema(events);
  }),
);
const { readEvent } = compileContract(shippedContract);
tell(
  "enforce (all tables)",
  bestOf(() => {
    for (const [at, event] of events.entries()) readEvent(event, { partition: 0, offset: BigInt(at) });
  }),
);
tell(
  "contract diff (parse, enforce, unknown paths)",
  bestOf(() => {
    const comparison = new EventComparison(shippedContract);
    for (const [record, value] of values.entries()) comparison.observe(value, { record });
  }),
);
