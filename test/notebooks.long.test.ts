import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

/**
 * How often each runs here, if not once: twice where it lands, and not those that run alone elsewhere: 04 in `npm test`,
 * the others in a browser, each on a topic and a lake that are new. The walkthrough compares all with what is committed.
 */
const runsOf: Readonly<Record<string, number>> = {
  "01": 0,
  "02": 0,
  "03": 0,
  "04": 0,
  "05": 2,
  "05p": 0,
  "06": 0,
};

describe("notebooks, each alone on a topic and a lake of its own, and again where it lands", () => {
  for (const [name, notebook] of committed) {
    const runs = runsOf[name.split("-")[0] ?? ""] ?? 1;
    if (runs === 0) continue;
    test(`${name} gives what is committed${runs > 1 ? ", both times" : ""}`, async () => {
      const run = makeRunner(name);
      for (let count = 0; count < runs; count++) assertAsCommitted(await run(), notebook);
    });
  }
});
