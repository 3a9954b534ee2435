// @ts-check
// npm test: set-up, then format, lint and types, then the suite against the real services.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { projectDir, setupOrExit, venvPython } from "./setup.mjs";

const help = `npm test [-- [--offline] [NAME ...]]

Sets up what is missing, checks format, lint and types, runs the tests and ends with how many passed and failed.

  --offline  only the tests that need no Kafka, HDFS, JupyterLab or Python (as on other versions of Node)
  NAME       only the test files whose names hold NAME
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { offline: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) process.stdout.write(help);
else if (values.offline) process.exitCode = await runFiles(listFiles(true));
else {
  await setupOrExit({ tests: true });
  process.exitCode = check() ? await runWithServices(listFiles(false)) : 1;
}

/** Format, lint and strict types as one command; also \`npm run check\`. */
function check() {
  const { status } = spawnSync("npm", ["run", "--silent", "check"], { cwd: projectDir, stdio: "inherit" });
  if (status !== 0) process.stdout.write("0 passed, 1 failed\n");
  return status === 0;
}

/** @param {boolean} offline */
function listFiles(offline) {
  const folder = join(projectDir, "test", "dist");
  const names = readdirSync(folder).filter(
    (name) => name.endsWith(".test.js") && !(offline && name.endsWith(".live.test.js")),
  );
  const chosen = names.filter(
    (name) => positionals.length === 0 || positionals.some((part) => basename(name).includes(part)),
  );
  return chosen.sort().map((name) => join(folder, name));
}

/** @param {string[]} files */
async function runWithServices(files) {
  const { startServices, stopOnExit, stopServices } = await import("user-activity/dist/services.js");
  process.env.PYTHON_FOR_TESTS = venvPython;
  const started = await startServices();
  stopOnExit(started);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));
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
  const counts = { passed: 0, failed: 0, skipped: 0 };
  return new Promise((resolve) => {
    const stream = run({ files, concurrency: 2 });
    stream.on("test:pass", ({ skip, details }) => {
      if (details.type === "suite") return;
      if (skip === undefined) counts.passed++;
      else counts.skipped++;
    });
    stream.on("test:fail", ({ details }) => {
      if (details.type !== "suite") counts.failed++;
    });
    stream.on("end", () => {
      setImmediate(() => {
        process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
        resolve(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
      });
    });
    stream.compose(new spec()).pipe(process.stdout);
  });
}
