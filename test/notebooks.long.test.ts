import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

/**
 * Those that run alone elsewhere: 04 in `npm test`, the others in a browser, each on a topic and a lake that are new. The
 * walkthrough compares all with what is committed.
 */
const elsewhere = ["01", "02", "03", "04", "05p", "06"];

describe("notebooks, each alone on a topic and a lake of its own, and again where it lands", () => {
  for (const [name, notebook] of committed) {
    if (elsewhere.includes(name.split("-")[0] ?? "")) continue;
    test(`${name} gives what is committed, both times`, async () => {
      const run = makeRunner(name);
      assertAsCommitted(await run(), notebook);
      assertAsCommitted(await run(), notebook);
    });
  }
});
