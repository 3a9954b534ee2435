// @ts-check
// npm run walkthrough: runs every command of annotations.md, in order, on services of its own, and writes what they said
// into the page, and what was run into history.txt.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { localDir, projectDir, setupOrExit } from "../setup/setup.mjs";
import {
  findDifference,
  findUnshownNumbers,
  formatHistory,
  parsePage,
  refitTables,
  rewritePage,
} from "./page.mjs";

/** @typedef {import("./page.mjs").Block} Block */
/** @typedef {{output: string, startedAt: Date}} Run what a command said, as the page shows it, and when it began */

const help = `npm run walkthrough [-- --check]

Runs every command of annotations.md on a Kafka and an HDFS of its own, writes what they said into the page, and what
was run into history.txt.

  --check  only compare; exit code 1 where a command says something else than the page
`;

export const pagePath = join(projectDir, "annotations.md");
export const historyPath = join(projectDir, "history.txt");

/** The ports that the page shows, by the names under which the services have theirs on record. */
const shownPorts = { broker: 9092, http: 9870, rpc: 8020, data: 9866, dataHttp: 9864, dataIpc: 9867 };

/**
 * Runs every command of the page on new services, which are stopped and removed after the last. Throws where one ends
 * with another exit code than 0.
 * @param {string} page
 * @param {{servicesDir?: string, onBlock?: (block: Block) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<Run[]>} one for each block
 */
export async function runPage(page, options = {}) {
  const { servicesDir = join(localDir, `walkthrough-${process.pid}`), onBlock, signal } = options;
  const env = makeEnvironment(servicesDir);
  /** @type {Run[]} */
  const runs = [];
  try {
    for (const block of parsePage(page)) {
      signal?.throwIfAborted();
      onBlock?.(block);
      const startedAt = new Date();
      const ports = readPorts(servicesDir);
      const { output, code } = await runCommand(toOwnPorts(block.command, ports), {
        env,
        until: block.until,
        signal,
      });
      if (code !== 0 && !signal?.aborted)
        throw new Error(
          `annotations.md:${block.line}: ${block.step}: ended with ${code}\n${block.command}\n${output}`,
        );
      runs.push({ output: toShown(output, servicesDir, { ...ports, ...readPorts(servicesDir) }), startedAt });
    }
    return runs;
  } finally {
    await runCommand("npx user-activity services stop", { env });
    rmSync(servicesDir, { recursive: true, force: true });
  }
}

/**
 * A person's shell without what points elsewhere, on services of the walkthrough's own.
 * @param {string} servicesDir
 * @returns {NodeJS.ProcessEnv}
 */
function makeEnvironment(servicesDir) {
  const elsewhere =
    /^(KAFKA_|WEBHDFS_|HDFS_|LAKE_DIR$|EVENTS_FILE$|USER_ACTIVITY_DEBUG$|DISPLAY$|WAYLAND_DISPLAY$|FORCE_COLOR$|NODE_TEST_CONTEXT$)/;
  const kept = Object.entries(process.env).filter(([name]) => !elsewhere.test(name));
  return {
    ...Object.fromEntries(kept),
    USER_ACTIVITY_SERVICES_DIR: servicesDir,
    NO_COLOR: "1",
    TZ: "UTC",
    npm_config_loglevel: "error", // the machine's own npm settings are no matter of the page
  };
}

/**
 * Runs a command in a shell in the project's folder, to its end or until it has said `until` and taken a Ctrl-C.
 * @param {string} command
 * @param {{env: NodeJS.ProcessEnv, until?: string | undefined, signal?: AbortSignal | undefined}} options
 * @returns {Promise<{output: string, code: number | null}>} stdout and stderr as they came
 */
function runCommand(command, { env, until, signal }) {
  return new Promise((resolve, reject) => {
    // a process group of its own, for Ctrl-C reaches all that runs in the foreground
    const child = spawn("bash", ["-c", `set -o pipefail; exec 2>&1\n${command}`], {
      cwd: projectDir,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    let isEnding = false;
    const interrupt = () => {
      if (!isEnding && child.pid) process.kill(-child.pid, "SIGINT");
      isEnding = true;
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (until && output.includes(until)) interrupt();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", interrupt);
      const isDone = until ? output.includes(until) : code === 0;
      resolve({ output, code: isDone ? 0 : (code ?? 1) });
    });
  });
}

/**
 * The ports that the services have on record, by name.
 * @param {string} servicesDir
 * @returns {Record<string, number>}
 */
function readPorts(servicesDir) {
  const records = [join("kafka", "kafka.json"), join("hdfs", "namenode.json")].map((name) =>
    join(servicesDir, name),
  );
  return Object.assign(
    {},
    ...records.filter(existsSync).map((path) => JSON.parse(readFileSync(path, "utf8")).ports),
  );
}

/**
 * The command with the ports of this run in place of the usual ones.
 * @param {string} command @param {Record<string, number>} ports
 */
function toOwnPorts(command, ports) {
  return Object.entries(shownPorts).reduce(
    (text, [name, port]) => text.replaceAll(new RegExp(`\\b${port}\\b`, "g"), `${ports[name] ?? port}`),
    command,
  );
}

/**
 * What a command said, with the usual ports and without the names of this machine and its secrets: folders as seen from the
 * project's, the person as "you", a token as what it is.
 * @param {string} output @param {string} servicesDir @param {Record<string, number>} ports
 */
function toShown(output, servicesDir, ports) {
  const { username } = userInfo();
  const relative = servicesDir.replace(`${projectDir}/`, "");
  let text = output;
  for (const folder of [servicesDir, relative]) text = text.replaceAll(folder, join(".local", "services"));
  text = text.replaceAll(`${projectDir}/`, "");
  text = text.replaceAll(new RegExp(`\\b${username}(?= +supergroup)|(?<=\\bby )${username}\\b`, "g"), "you");
  for (const [name, port] of Object.entries(shownPorts))
    text = text.replaceAll(
      new RegExp(`(?<=127\\.0\\.0\\.1:|port=)${ports[name] ?? port}\\b`, "g"),
      `${port}`,
    );
  text = text.replaceAll(/(?<=127\.0\.0\.1:)\d+(?=\/lab)/g, "8888").replaceAll(/(?<=token=)\w+/g, "‹token›");
  text = text.replaceAll(/^[…✓] (querying|fetching the tables).*\n/gm, ""); // said only where it takes long
  return refitTables(text);
}

/**
 * Runs the page as it is and writes what came of it, or only compares.
 * @param {boolean} isCheck @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function main(isCheck, signal) {
  const page = readFileSync(pagePath, "utf8");
  const blocks = parsePage(page);
  let step = "";
  const onBlock = (/** @type {Block} */ block) => {
    if (block.step !== step) process.stderr.write(`${block.step}\n`);
    step = block.step;
  };
  const runs = await runPage(page, { onBlock, signal });
  const outputs = runs.map(({ output }) => output);
  const differences = blocks
    .map((block, index) => findDifference(block, outputs[index] ?? ""))
    .filter((one) => one !== undefined);
  const unshown = findUnshownNumbers(isCheck ? page : rewritePage(page, outputs));
  for (const difference of differences) process.stderr.write(`${difference}\n`);
  for (const number of unshown) process.stderr.write(`${number} is shown by no output of its step\n`);
  if (isCheck) return differences.length + unshown.length > 0 ? 1 : 0;
  writeFileSync(pagePath, rewritePage(page, outputs));
  const entries = blocks.map(({ command }, index) => ({
    command,
    startedAt: runs[index]?.startedAt ?? new Date(0),
  }));
  writeFileSync(historyPath, formatHistory(entries));
  process.stdout.write(`${blocks.length} commands; ${differences.length} outputs have changed\n`);
  return unshown.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--help")) process.stdout.write(help);
  else {
    await setupOrExit({ kafkaTools: true });
    const { abortOnSignals } = await import("../notebooks/lab.mjs");
    const { signal } = abortOnSignals();
    process.exitCode = await main(process.argv.includes("--check"), signal).catch((error) => {
      process.stderr.write(`${error.message}\n`);
      return signal.aborted ? 130 : 1;
    });
  }
}
