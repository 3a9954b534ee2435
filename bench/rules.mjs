// @ts-check
// node bench/rules.mjs: how many events a second the rules decide in one process, as they stand beside a task of Spark's.
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";
import { medianOf, tell } from "./measure.mjs";

await setupOrExit();
const { readRecords } = await import("user-activity/dist/publish/source.js");
const { readConfig } = await import("user-activity/dist/base/config.js");
const { readContractFile } = await import("user-activity/dist/contract/read.js");
const { compileDecider } = await import("user-activity/dist/spark/decide.js");
const decide = compileDecider(readContractFile(readConfig().contractFile));
const values = [];
for await (const { value } of readRecords(join(projectDir, "data", "assessments.json")))
  values.push(Buffer.from(JSON.stringify(value)));
const lines = values.map((value, offset) => ["0", `${offset}`, value.toString("base64")]);
const rates = [1, 2, 3, 4, 5].map(() => {
  const startedMs = performance.now();
  for (const line of lines) decide(line);
  return (1000 * lines.length) / (performance.now() - startedMs);
});
const bytes = values.reduce((sum, { length }) => sum + length, 0) / values.length;
tell(`${Math.round(medianOf(rates))} events/s of ${Math.round(bytes)} bytes`);
