import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAsCommitted, type CellStart, codeCells, committed, makeRunner } from "./notebook-runs";

// the others are among the long tests
test("notebook 4, alone, in a fresh kernel, on a topic and a lake of its own, gives what is committed, both times", async () => {
  const [name, notebook] =
    [...committed].find(([one]) => one.startsWith("04-")) ?? assert.fail("no notebook 4");
  const cells: CellStart[] = [];
  const run = makeRunner(name);
  assertAsCommitted(await run((cell) => cells.push(cell)), notebook);
  assertAsCommitted(await run(), notebook);
  const count = codeCells(notebook).length;
  assert.deepEqual(
    cells.map(({ cell, of }) => [cell, of]),
    Array.from({ length: count }, (_, index) => [index + 1, count]),
  );
});
