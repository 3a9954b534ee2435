import assert from "node:assert/strict";
import { projectPath } from "user-activity/dist/base/paths";
import { createTableFile } from "user-activity/dist/parquet/write";
import type { RowOf } from "user-activity/dist/tables/tables";
import { manyQuestions } from "./parquet-rows";

/** Instants, and what the clocks in Berlin show: winter, summer, the two hours of an autumn night, before 1970. */
export const knownHours: readonly (readonly [string, number])[] = [
  ["2017-11-14T22:13:20.000Z", 23],
  ["2018-07-01T22:13:20.001Z", 0],
  ["2018-10-28T00:30:00.000Z", 2],
  ["2018-10-28T01:30:00.000Z", 2],
  ["1969-12-31T23:30:00.999Z", 0],
];

/** What each reader must make of them: ms since 1970, and the hour in Berlin. */
export const expectedTimes = knownHours.map(([text, hour]) => [Date.parse(text), hour] as const);

/** A file of questions_pool_data by an earlier build, whose files left out that their times are UTC; rows as below. */
export const oldTimesFile = projectPath("test", "golden", "times-of-old.parquet");

/** Writes a file of questions_pool_data with these instants in started_at and in an option's `at`. */
export async function writeTimesFile(path: string): Promise<void> {
  const file = await createTableFile(path, "questions_pool_data");
  await file.append(makeRows());
  await file.close();
}

function makeRows(): RowOf<"questions_pool_data">[] {
  const [row] = manyQuestions(3).filter(({ options }) => options.length > 0);
  assert.ok(row);
  return knownHours.map(([text], index) => {
    const options = row.options.slice(0, 1).map((option) => ({ ...option, at: Date.parse(text) }));
    return { ...row, started_at: Date.parse(text), options, offset: BigInt(index) };
  });
}
