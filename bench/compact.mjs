// @ts-check
// node bench/compact.mjs [--before COMMIT]: how long compact takes for a topic of many times the shipped events that was
// landed in many commits, by this build and by that of a commit; each once. Nothing is asserted.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setupOrExit } from "../local/setup/setup.mjs";
import { prepareBuild } from "./build-before.mjs";
import { tell, time, toTable } from "./measure.mjs";
import { command, publishTimes, removeLake } from "./topics.mjs";

/** So many times the shipped events, landed in commits of so many messages. */
const landings = [
  [10, 500],
  [100, 4000],
];

const { values } = parseArgs({ options: { before: { type: "string" } } });
await setupOrExit();
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const started = await startServices();
const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-"));
try {
  const builds = [["this build", command]];
  if (values.before) builds.push([values.before, prepareBuild(values.before, join(folder, "before"))]);
  const rows = [];
  for (const [times = 0, batch] of landings) {
    const env = { KAFKA_TOPIC: `bench-${process.pid}-${times}`, LAKE_DIR: `/bench-${process.pid}` };
    await publishTimes(times, env.KAFKA_TOPIC, folder);
    for (const [name = "", build = ""] of builds) {
      await time([build, "land", "--batch", `${batch}`, "--json"], env);
      const { seconds, cpu, megabytes, stdout } = await time([build, "compact", "--json"], env);
      const before = JSON.parse(stdout).tables.reduce(
        (/** @type {number} */ sum, /** @type {{filesBefore: number}} */ one) => sum + one.filesBefore,
        0,
      );
      rows.push([
        name,
        `${times}`,
        `${batch}`,
        `${before}`,
        ...[seconds, cpu].map((one) => one.toFixed(1)),
        megabytes.toFixed(0),
      ]);
      await removeLake(env.LAKE_DIR);
    }
    await time([command, "reset", "--yes"], env);
  }
  const header = ["compact", "times the events", "messages a commit", "files", "s", "s of a core", "MB"];
  tell(toTable(header, rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
  await stopServices(started);
}
