import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assertAsCommitted,
  assertSolved,
  type CellStart,
  codeCells,
  committed,
  makeRunner,
} from "../helpers/notebook-runs";

// the others are among the long tests
test("notebook 4, alone, in a fresh kernel, on a topic and a lake of its own, gives what is committed, again with its exercises solved", async () => {
  const [name, notebook] =
    [...committed].find(([one]) => one.startsWith("04-")) ?? assert.fail("no notebook 4");
  const cells: CellStart[] = [];
  const run = makeRunner(name);
  assertAsCommitted(await run({ onCell: (cell) => cells.push(cell) }), notebook);
  const solved = await run({ isSolved: true });
  assertAsCommitted(solved, notebook, { isSolved: true });
  assertSolved(solved);
  const count = codeCells(notebook).length;
  assert.deepEqual(
    cells.map(({ cell, of }) => [cell, of]),
    Array.from({ length: count }, (_, index) => [index + 1, count]),
  );
});
