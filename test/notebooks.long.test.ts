import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

describe("each notebook, run twice on the same topic and lake of its own", { concurrency: 2 }, () => {
  for (const [name, notebook] of committed) {
    test(`${name} gives what is committed both times`, async () => {
      const run = makeRunner(name);
      assertAsCommitted(await run(), notebook);
      assertAsCommitted(await run(), notebook);
    });
  }
});
