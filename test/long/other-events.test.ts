import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { anEvent } from "../helpers/an-event";
import { besideConfig, ownConfig, ownFolder } from "../helpers/live-lake";
import { type Cell, codeCells, type Notebook, readNotebook, textOf } from "../helpers/notebook-files";
import { committed, folder, loadRunner } from "../helpers/notebook-runs";

/** Runs that are left out, by notebook and file, with the reason. */
const bySpark = "it lands by Spark, which takes minutes; spark-landing lands other events";
const leftOut: Readonly<Record<string, string>> = {
  "08 over a dozen events of two courses, none refused and none a duplicate": bySpark,
  "08 over events without sequences, all of them refused": bySpark,
  "01 over events without sequences, all of them refused": "it looks at messages, whatever they hold",
};

/** Files that are unlike the shipped one and land all the same. */
const files: Readonly<Record<string, () => readonly object[]>> = {
  "a dozen events of two courses, none refused and none a duplicate": () =>
    Array.from({ length: 12 }, (_, number) => ({
      ...anEvent(),
      user_exam_id: `attempt-${number}`,
      exam_name: number % 3 === 0 ? "Knots" : "O'Reilly's <b>Sails</b>",
    })),
  "events without sequences, all of them refused": () =>
    Array.from({ length: 6 }, (_, number) => {
      const { sequences, ...event } = { ...anEvent(), sequences: undefined };
      return { ...event, user_exam_id: `attempt-${number}` };
    }),
};

/** Numbers that only the shipped events give: 3,280 messages, 3,237 grades, 102 courses, 38 duplicates, and so on. */
const shippedNumbers = /\b(3,?280|3,?237|14,?555|14,?717|61,?271|102)\b/;

// each file has a topic and a lake of its own, so that both may be at work at once
describe("notebooks run to their end and tell nothing of the shipped events", { concurrency: 2 }, () => {
  for (const [what, makeEvents] of Object.entries(files)) {
    describe(`over ${what}`, () => {
      const config = ownConfig("other");
      for (const ending of ["exercise-1", "by-hand", "exercise", "stream", "operate", "operate-exercise-1"])
        besideConfig(config, ending);
      const outputs = ownFolder();
      const file = join(outputs, "events.json");
      writeFileSync(file, JSON.stringify(makeEvents()));
      const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, EVENTS_FILE: file };
      const isWanted = (name: string) => !leftOut[`${name.split("-")[0]} over ${what}`];
      const kernelOf = ({ metadata }: Notebook) => (metadata.kernelspec as { readonly name: string }).name;
      const kernels = new Set([...committed.values()].map(kernelOf));

      for (const kernel of kernels) {
        const joined = [...committed].filter(([name, one]) => isWanted(name) && kernelOf(one) === kernel);
        // one after another in one kernel, which takes seconds to start; that each runs by itself is seen elsewhere
        test(`one ${kernel} kernel takes ${joined.length === 1 ? "the one" : `all ${joined.length}`}`, async () => {
          const { runNotebook } = await loadRunner();
          const output = join(outputs, `${kernel}.ipynb`);
          const [[only] = [""]] = joined;
          const source = joined.length === 1 ? join(folder, only) : writeJoined(kernel, joined);
          await runNotebook(source, output, { env });
          const cells = codeCells(readNotebook(output));
          for (const [name, notebook] of joined) {
            const own = cells.splice(0, codeCells(notebook).length);
            assert.doesNotMatch(wordsOf(own), shippedNumbers, name);
            assert.doesNotMatch(wordsOf(own), /(?<!")undefined|NaN %|null %/, name);
          }
          assert.deepEqual(cells, []);
        });
      }

      for (const name of [...committed.keys()].filter((one) => !isWanted(one)))
        test(name, { skip: leftOut[`${name.split("-")[0]} over ${what}`] }, () => {});
    });
  }
});

/** Several notebooks as one, within the project, since a kernel finds the helper package from there. */
function writeJoined(
  name: string,
  notebooks: readonly (readonly [name: string, notebook: Notebook])[],
): string {
  const place = projectPath(".local", `test-joined-${randomUUID()}`);
  mkdirSync(place, { recursive: true });
  after(() => rmSync(place, { recursive: true, force: true }));
  const cells = notebooks.flatMap(([file, { cells }]) => {
    const number = file.split("-")[0];
    return cells.map((cell) => ({ ...cell, id: `${number}-${cell.id}` }));
  });
  const path = join(place, `${name}.ipynb`);
  writeFileSync(path, JSON.stringify({ ...notebooks[0]?.[1], cells }));
  return path;
}

/** What the outputs say: printed text, tables, and figures in words with their titles. */
function wordsOf(cells: readonly Cell[]): string {
  return cells
    .flatMap(({ outputs = [] }) => outputs)
    .map(({ text, data = {} }) => {
      const figure = data["application/vnd.plotly.v1+json"] as
        | { layout: { title: { text: string } } }
        | undefined;
      return [textOf(text), textOf(data["text/plain"] as string[]), figure?.layout.title.text ?? ""].join(
        "\n",
      );
    })
    .join("\n");
}
