// @ts-check
// npm start: set-up, services, notebooks 01 to 04, the table of landed datasets, JupyterLab.
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { abortOnSignals, serveLab } from "./notebooks/lab.mjs";
import { copyOf, listNotebooks, openNotebook, runNotebooks } from "./notebooks/notebooks.mjs";
import { setupOrExit } from "./setup/setup.mjs";

const help = `npm start [-- --headless]

Sets everything up (once), starts Kafka and HDFS, runs notebooks 01 to 04 as copies under .local/, prints the landed
datasets and the sum that must hold, and serves JupyterLab on 127.0.0.1 until Ctrl-C, which stops what it started.

  --headless  end after the table (so too where stdout is no terminal); exit code 0 if nothing fell short
  --help      this text
`;

const options = readOptions();
if (options.help) process.stdout.write(help);
else {
  const { signal } = abortOnSignals();
  await setupOrExit();
  process.exitCode = await main(options.headless || !process.stdout.isTTY, signal);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { headless: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    return { headless: values.headless ?? false, help: values.help ?? false };
  } catch (error) {
    process.stderr.write(`npm start: ${/** @type {Error} */ (error).message}\n${help}`);
    process.exit(2);
  }
}

/**
 * @param {boolean} isHeadless
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function main(isHeadless, signal) {
  const { startServices, stopOnExit, stopServices, readServices } = await import(
    "user-activity/dist/services/services.js"
  );
  const { withProgress } = await import("user-activity/dist/cli/progress.js");
  const { formatServices } = await import("user-activity/dist/cli/report.js");
  const notebooks = listNotebooks().filter((path) => /^0[1-4]-/.test(basename(path)));
  const [notebook = ""] = notebooks;
  const first = openNotebook(notebook, copyOf(notebook), { signal }); // its kernel starts while the services do
  /** @type {import("user-activity/dist/services/services.js").ServiceName[]} */
  let started = [];
  try {
    started = await withProgress(
      "starting Kafka and HDFS",
      () => startServices(["kafka", "hdfs"], signal),
      (/** @type {string[]} */ names) =>
        names.length > 0 ? `started ${names.join(" and ")}` : "Kafka and HDFS: already there",
    );
    stopOnExit(started);
    process.stderr.write(`${formatServices(await readServices())}\n`);
    await runNotebooks(notebooks, copyOf, { signal, first });
    const code = await printLake();
    if (isHeadless || code !== 0) return code;
    return await serveLab(signal);
  } catch (error) {
    if (signal.aborted) return 130;
    process.stderr.write(`npm start: ${/** @type {Error} */ (error).message}\n`);
    return 1;
  } finally {
    first.end();
    if (started.length > 0)
      await withProgress(
        "stopping what was started",
        () => stopServices(started),
        () => `stopped ${started.join(" and ")}`,
      );
  }
}

/** Prints the landed datasets; 1 where the sum does not hold or the lake is behind the topic. */
async function printLake() {
  const { formatLake } = await import("user-activity/dist/cli/report.js");
  const { readStatus } = await import("user-activity/dist/landing/status.js");
  const { lake, topic } = await readStatus();
  if (!lake) {
    process.stderr.write("npm start: nothing has been landed; see the messages above\n");
    return 1;
  }
  process.stdout.write(`${formatLake(lake)}\n`);
  const lag = (topic?.partitions ?? []).reduce(
    (/** @type {number} */ sum, /** @type {{lag: number}} */ one) => sum + one.lag,
    0,
  );
  if (lag > 0)
    process.stderr.write(
      `npm start: ${lag} offsets of the topic are not landed; land again with "npx user-activity land"\n`,
    );
  if (!lake.sumHolds)
    process.stderr.write('npm start: the sum does not hold; see "npx user-activity verify"\n');
  return lake.sumHolds && lag === 0 ? 0 : 1;
}
