import { describe, test } from "node:test";
import { readExercises } from "./exercises";
import { assertAsCommitted, assertSolved, committed, makeRunner } from "./notebook-runs";

/** Those that run alone, as somebody runs them, in a browser, each on a topic and a lake that are new. */
const inBrowser = ["01", "02", "03", "05p", "06"];

describe("notebooks, each alone on a topic and a lake of its own", { concurrency: 2 }, () => {
  for (const [name, notebook] of committed) {
    const number = name.split("-")[0] ?? "";
    if (number === "04") continue; // twice, and solved, in `npm test`
    const isSolved = readExercises(notebook).length > 0;
    const isOnce = inBrowser.includes(number);
    test(`${name} gives what is committed${isOnce ? "" : ", also where it has run"}${isSolved ? ", its exercises solved" : ""}`, async () => {
      const run = makeRunner(name);
      if (!isOnce) assertAsCommitted(await run(), notebook);
      const last = await run({ isSolved });
      assertAsCommitted(last, notebook, { isSolved });
      if (isSolved) assertSolved(last);
    });
  }
});
