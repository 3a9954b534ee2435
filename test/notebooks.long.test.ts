import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

/** How often each runs here: those that land once more on what is there; the walkthrough runs 01 on what is there. */
const runsOf: Readonly<Record<string, number>> = {
  "02": 1,
  "03": 1,
  "04": 2,
  "05": 2,
  "05p": 1,
  "06": 1,
};

describe("each notebook, alone on a topic and a lake of its own, and again where it writes", {
  concurrency: 2,
}, () => {
  for (const [name, notebook] of committed) {
    const runs = runsOf[name.split("-")[0] ?? ""] ?? 0;
    if (runs === 0) continue;
    test(`${name} gives what is committed${runs > 1 ? ", both times" : ""}`, async () => {
      const run = makeRunner(name);
      for (let count = 0; count < runs; count++) assertAsCommitted(await run(), notebook);
    });
  }
});
