// @ts-check
// npm test: set-up, then format, lint and types, then the suite against the real services; npm run test:long: the
// tests that take longer.
import { spawnSync } from "node:child_process";
import { setMaxListeners } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { recordRun } from "./last-run.mjs";
import { projectDir, setupOrExit, venvPython } from "./setup/setup.mjs";

const help = `npm test [-- [--offline] [NAME ...]]
npm run test:long [-- NAME ...]

Sets up what is missing, checks format, lint and types, runs the tests and ends with how many passed and failed.
test:long runs those that take longer than seconds (test/long), and only them.

  --offline  only the tests that need no Kafka, HDFS, JupyterLab or Python (as on other versions of Node)
  NAME       only the test files whose paths below test/ hold NAME, as in kills, unit/kafka or live/
`;

/** By how long they take; the other files follow by their names. */
const longest = [
  ...[
    "long/kills",
    "long/kills-of-compaction",
    "long/spark-kills",
    "long/lab",
    "long/spark-landing",
    "long/walkthrough",
    "long/notebooks",
    "long/other-events",
    "long/site",
    "long/landers-at-once",
    "long/follow",
  ],
  ...["live/lab", "live/security", "live/notebooks", "live/cli", "live/services"],
];

const interruption = new AbortController();
setMaxListeners(0, interruption.signal); // every file under way and to come listens
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { offline: { type: "boolean" }, long: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) process.stdout.write(help);
else if (values.offline) process.exitCode = await runFiles(listFiles());
else {
  const files = listFiles();
  const has = (/** @type {string} */ name) =>
    files.some((file) => file.endsWith(join("long", `${name}.test.js`)));
  // all of it now: a set-up amid the tests would keep others waiting
  const also = {
    spark: has("spark") || has("spark-landing") || has("spark-kills"),
    site: has("site"),
    kafkaTools: has("walkthrough"),
  };
  await setupOrExit({ tests: true, ...also });
  process.exitCode = check() ? await runWithServices(files) : 1;
}

/** Format, lint and strict types as one command, also \`npm run check\`; for the long tests only what compiles them. */
function check() {
  const script = values.long ? "build" : "check";
  const { status } = spawnSync("npm", ["run", "--silent", script], { cwd: projectDir, stdio: "inherit" });
  if (status !== 0) process.stdout.write("0 passed, 1 failed, 0 skipped\n");
  return status === 0;
}

/** The test files that are asked for, as they are when compiled. */
function listFiles() {
  const names = readdirSync(join(projectDir, "test"), { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".test.ts") &&
      name.startsWith("long/") === Boolean(values.long) &&
      !(values.offline && name.startsWith("live/")) &&
      (positionals.length === 0 || positionals.some((part) => name.includes(part))),
  );
  names.sort((one, other) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1));
  return names.map((name) => join(projectDir, "test", "dist", name.replace(/\.ts$/, ".js")));
}

/**
 * Those that take longest, one step at a time, come first: at the end of a run nothing would be left to do beside them.
 * @param {string} name
 */
function rankOf(name) {
  const place = longest.indexOf(name.replace(/\.test\.ts$/, ""));
  return place < 0 ? longest.length : place;
}

/** @param {string[]} files */
async function runWithServices(files) {
  if (files.length === 0) return runFiles(files);
  const { startServices, stopOnExit, stopServices } = await import("user-activity/dist/services/services.js");
  process.env.PYTHON_FOR_TESTS = venvPython;
  if (positionals.length > 0) process.env.TESTS_BY_NAME ??= "yes"; // some are longer then
  const started = await startServices();
  stopOnExit(started);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      interruption.abort(); // ends the files under way
      process.exit(130);
    });
  try {
    return await runFiles(files);
  } finally {
    await stopServices(started);
  }
}

/**
 * @param {string[]} files
 * @returns {Promise<number>} the exit code
 */
function runFiles(files) {
  // Node 20 would read them at every start, of which there are thousands, for a tenth of a second; no test downloads
  delete process.env.NODE_EXTRA_CA_CERTS;
  // Python would compile the thousands of modules of JupyterLab and pandas anew at every one of its hundred starts
  delete process.env.PYTHONDONTWRITEBYTECODE;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const record = recordRun();
  return new Promise((resolve) => {
    if (files.length === 0) return resolve(tell(counts)); // without files Node would look for some
    const stream = run({ files, concurrency: 3, signal: interruption.signal }); // many of them wait
    stream.on("test:diagnostic", record.onWord);
    stream.on("test:pass", ({ skip, details, ...test }) => {
      record.onEnd(test, skip === undefined);
      if (skip !== undefined)
        counts.skipped++; // a suite that is skipped as a whole counts once: its tests are not known
      else if (details.type !== "suite") counts.passed++;
    });
    stream.on("test:fail", ({ details, ...test }) => {
      record.onEnd(test, false);
      if (details.type !== "suite") counts.failed++;
    });
    stream.on("end", () => {
      record.save();
      setImmediate(() => resolve(tell(counts)));
    });
    stream.compose(new spec()).pipe(process.stdout);
  });
}

/**
 * Prints the last line and decides: nothing that ran is no success, but there may be no long test, or none for this machine.
 * @param {{passed: number, failed: number, skipped: number}} counts
 */
function tell({ passed, failed, skipped }) {
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  const mayBeNone = values.long && (skipped > 0 || positionals.length === 0);
  return failed === 0 && (passed > 0 || mayBeNone) ? 0 : 1;
}
