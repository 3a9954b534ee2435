import { describe, test } from "node:test";
import { readExercises } from "../helpers/exercises";
import { assertAsCommitted, assertSolved, committed, makeRunner } from "../helpers/notebook-runs";

/** Those that run alone, as somebody runs them, in a browser, each on a topic and a lake that are new. */
const inBrowser = ["01", "02", "03", "05p", "06"];

describe("notebooks, each alone on a topic and a lake of its own, and again where no other test runs it", () => {
  for (const [name, notebook] of committed) {
    const number = name.split("-")[0] ?? "";
    if (number === "04") continue; // twice in `npm test`
    const hasExercises = readExercises(notebook).length > 0;
    const times = inBrowser.includes(number) ? ["first"] : ["first", "second"];
    const solving = hasExercises ? `; the ${times.at(-1)} time its exercises are solved` : "";
    test(`${name} gives what is committed, the ${times.join(" and the ")} time${solving}`, async () => {
      const run = makeRunner(name);
      for (const time of times) {
        const isSolved = hasExercises && time === times.at(-1);
        const text = await run({ isSolved });
        assertAsCommitted(text, notebook, { isSolved });
        if (isSolved) assertSolved(text);
      }
    });
  }
});
