import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { anEvent } from "../helpers/an-event";
import { besideConfig, ownConfig, ownFolder } from "../helpers/live-lake";
import { codeCells, committed, folder, loadRunner, type Notebook, textOf } from "../helpers/notebook-runs";

/** Runs that are left out, by notebook and file, with the reason. */
const leftOut: Readonly<Record<string, string>> = {
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
      for (const ending of ["stream", "operate", "operate-exercise-1"]) besideConfig(config, ending);
      const outputs = ownFolder();
      const file = join(outputs, "events.json");
      writeFileSync(file, JSON.stringify(makeEvents()));
      const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, EVENTS_FILE: file };

      for (const name of committed.keys()) {
        const skip = leftOut[`${name.split("-")[0]} over ${what}`];
        test(name, skip ? { skip } : {}, async () => {
          const { runNotebook } = await loadRunner();
          await runNotebook(join(folder, name), join(outputs, name), { env });
          const shown = wordsOf(JSON.parse(readFileSync(join(outputs, name), "utf8")));
          assert.doesNotMatch(shown, shippedNumbers);
          assert.doesNotMatch(shown, /(?<!")undefined|NaN %|null %/);
        });
      }
    });
  }
});

/** What the outputs say: printed text, tables, and figures in words with their titles. */
function wordsOf(notebook: Notebook): string {
  return codeCells(notebook)
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
