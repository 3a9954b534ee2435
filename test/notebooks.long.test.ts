import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

/**
 * How often each runs here, if not once: twice where it lands, and not those that run in a browser on a topic that is new
 * to them (01, 06) or alone in `npm test` (04).
 */
const runsOf: Readonly<Record<string, number>> = { "01": 0, "04": 0, "05": 2, "06": 0 };

describe("notebooks, each alone on a topic and a lake of its own, and again where it lands", {
  concurrency: 2,
}, () => {
  for (const [name, notebook] of committed) {
    const runs = runsOf[name.split("-")[0] ?? ""] ?? 1;
    if (runs === 0) continue;
    test(`${name} gives what is committed${runs > 1 ? ", both times" : ""}`, async () => {
      const run = makeRunner(name);
      for (let count = 0; count < runs; count++) assertAsCommitted(await run(), notebook);
    });
  }
});
