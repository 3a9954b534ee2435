import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readExercises, solve, solveBeside, takeSolutions } from "../helpers/exercises";
import { committed, textOf } from "../helpers/notebook-runs";

const typescript = [...committed].filter(([name]) => /^\d\d-/.test(name));

describe("the exercises of the notebooks", () => {
  for (const [name, notebook] of typescript) {
    const chapter = Number(name.slice(0, 2));
    test(`${name} has one or two, each with task, stub, check and folded solution`, () => {
      const exercises = readExercises(notebook);
      assert.ok(exercises.length === 1 || exercises.length === 2, `${exercises.length} exercises`);
      for (const { number, task, answer, check, solution } of exercises) {
        const before = textOf(notebook.cells[notebook.cells.indexOf(answer) - 1]?.source);
        assert.match(`${before}\n${task}`, new RegExp(`^### Exercise ${chapter}\\.${number}: \\S`, "m"));
        assert.deepEqual([answer.cell_type, check.cell_type], ["code", "code"]);
        assert.match(textOf(check.source), /^await checkAnswer\(/m);
        assert.notEqual(textOf(answer.source), solution);
      }
    });

    test(`${name} is committed with its exercises unanswered`, () => {
      for (const { check } of readExercises(notebook)) {
        const shown = (check.outputs ?? []).map(({ data = {} }) => textOf(data["text/plain"] as string[]));
        assert.equal(shown.length, 1);
        assert.match(shown[0] ?? "", /^○ Not answered yet/);
      }
    });
  }

  test("a solved notebook differs in its stubs alone", () => {
    for (const [, notebook] of typescript) {
      const solved = solve(notebook);
      const differing = notebook.cells.filter((cell, index) => cell !== solved.cells[index]);
      assert.deepEqual(
        differing.map(({ id }) => id),
        readExercises(notebook).map(({ answer }) => answer.id),
      );
    }
  });

  test("a notebook with its solutions beside the stubs is the notebook once they are taken out", () => {
    for (const [, notebook] of typescript) {
      let count = 0;
      const beside = solveBeside(notebook);
      const ran = beside.cells.map((cell) =>
        cell.cell_type === "code" ? { ...cell, execution_count: ++count } : cell,
      );
      const taken = takeSolutions({ ...beside, cells: ran });
      assert.deepEqual(taken.notebook, notebook);
      const exercises = readExercises(notebook);
      assert.deepEqual(
        taken.solutions.map(({ source }) => textOf(source)),
        exercises.flatMap(({ check, solution }) => [solution, textOf(check.source)]),
      );
    }
  });
});
