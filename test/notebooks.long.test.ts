import { describe, test } from "node:test";
import { assertAsCommitted, committed, makeRunner } from "./notebook-runs";

describe("each notebook, run again on the topic and lake that it ran on", { concurrency: 2 }, () => {
  for (const [name, notebook] of committed) {
    test(`${name} gives what is committed`, async () => {
      const run = makeRunner(name);
      assertAsCommitted(await run(), notebook);
      if (!name.startsWith("06-")) assertAsCommitted(await run(), notebook); // 06 deletes what it made before
    });
  }
});
