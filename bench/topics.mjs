// @ts-check
// Topics of many times the shipped events, and their lakes, for the benches.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../local/setup/setup.mjs";
import { time } from "./measure.mjs";

export const command = join(projectDir, "src", "bin", "user-activity.js");

/**
 * Publishes so many times the shipped events; says how long that took, and how large the file was.
 * @param {number} times @param {string} topic @param {string} folder for the file, which is gone behind it
 */
export async function publishTimes(times, topic, folder) {
  const file = join(folder, "events.json");
  await time([join(projectDir, "data", "generate.mjs"), "--times", `${times}`, "--out", file]);
  const { seconds } = await time([command, "publish", file], { KAFKA_TOPIC: topic });
  const megabytes = statSync(file).size / 1e6;
  rmSync(file);
  return { seconds, megabytes };
}

/** @param {string} lakeDir */
export async function removeLake(lakeDir) {
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { openLake, resetLake } = await import("user-activity/dist/lake/lake.js");
  await resetLake(openLake(readConfig({ ...process.env, LAKE_DIR: lakeDir }).hdfs));
}
