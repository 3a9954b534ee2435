import assert from "node:assert/strict";
import { type Cell, type Notebook, textOf } from "./notebook-files";

/** An exercise of a notebook, by the ids of its cells: exercise-N, answer-N, check-N, solution-N. */
export interface Exercise {
  readonly number: number;
  readonly task: string;
  /** The stub, as it is committed. */
  readonly answer: Cell;
  readonly check: Cell;
  /** What stands in the stub's place where it is solved. */
  readonly solution: string;
}

const kinds = ["exercise", "answer", "check", "solution"] as const;
const folded = /^<details><summary>Solution<\/summary>\n\n```ts\n(.*?)\n```\n\n\S.*\n<\/details>$/s;

/** The exercises of a notebook, in their order. Fails where one of their cells is missing, doubled or out of place. */
export function readExercises({ cells }: Notebook): Exercise[] {
  const parts = cells.flatMap((cell, place) => {
    const [, kind, number] = /^(exercise|answer|check|solution)-(\d+)$/.exec(cell.id) ?? [];
    return kind ? [{ cell, place, kind, number: Number(number) }] : [];
  });
  const order = parts.map(({ kind, number }) => `${kind}-${number}`);
  const count = parts.length / kinds.length;
  const expected = Array.from({ length: count }, (_, index) => kinds.map((kind) => `${kind}-${index + 1}`));
  assert.deepEqual(order, expected.flat());
  return expected.map((_, index) => {
    const [task, answer, check, solution] = parts
      .slice(index * kinds.length, (index + 1) * kinds.length)
      .map(({ cell }) => cell) as [Cell, Cell, Cell, Cell];
    const number = index + 1;
    const [, code] =
      folded.exec(textOf(solution.source)) ?? assert.fail(`solution-${number}: no folded code`);
    return { number, task: textOf(task.source), answer, check, solution: code ?? "" };
  });
}

/** The notebook with every stub replaced by its solution. */
export function solve(notebook: Notebook): Notebook {
  const solutions = new Map(readExercises(notebook).map(({ answer, solution }) => [answer.id, solution]));
  const cells = notebook.cells.map((cell) => {
    const source = solutions.get(cell.id);
    return source === undefined ? cell : { ...cell, source };
  });
  return { ...notebook, cells };
}

const again = "-solved";

/**
 * The notebook with each solution and its check once more behind the check of the stub: one run shows what a reader sees
 * who has answered nothing yet, and what one sees who has answered.
 */
export function solveBeside(notebook: Notebook): Notebook {
  const behind = new Map(
    readExercises(notebook).map(({ answer, check, solution }) => [
      check.id,
      [
        { ...answer, id: `${answer.id}${again}`, source: solution, outputs: [] },
        { ...check, id: `${check.id}${again}`, outputs: [] },
      ],
    ]),
  );
  const cells = notebook.cells.flatMap((cell) => [cell, ...(behind.get(cell.id) ?? [])]);
  return { ...notebook, cells };
}

/** Takes apart what came of a run: the notebook as it is without solutions, with the counts of a run of its own, and these. */
export function takeSolutions(ran: Notebook): { readonly notebook: Notebook; readonly solutions: Cell[] } {
  const solutions: Cell[] = [];
  const cells = ran.cells.flatMap((cell) => {
    if (cell.id.endsWith(again)) {
      solutions.push(cell);
      return [];
    }
    const { execution_count: count } = cell;
    return [typeof count === "number" ? { ...cell, execution_count: count - solutions.length } : cell];
  });
  return { notebook: { ...ran, cells }, solutions };
}
