import { describe, test } from "node:test";
import { readExercises } from "../helpers/exercises";
import { noBrowser } from "../helpers/lab-browser";
import { assertAsCommitted, assertSolved, committed, makeRunner } from "../helpers/notebook-runs";

/** Those whose runs lab.test.ts and lab-stream.test.ts hold to what is committed, where there is a browser. */
const inBrowser = noBrowser ? [] : ["01", "02", "03", "05", "05p", "06"];

describe("notebooks that no other test runs, each alone on a topic and a lake of its own, and again there", () => {
  for (const [name, notebook] of committed) {
    const number = name.split("-")[0] ?? "";
    if (number === "04" || inBrowser.includes(number)) continue; // notebook 4 runs twice in `npm test`
    const hasExercises = readExercises(notebook).length > 0;
    const solving = hasExercises ? "; the second time its exercises are solved" : "";
    test(`${name} gives what is committed, the first and the second time${solving}`, async () => {
      const run = makeRunner(name);
      for (const time of ["first", "second"]) {
        const isSolved = hasExercises && time === "second";
        const text = await run({ isSolved });
        assertAsCommitted(text, notebook, { isSolved });
        if (isSolved) assertSolved(text);
      }
    });
  }
});
