// @ts-check
// What is asked of the machine: Node, Python, Java, a folder to write to.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { explainFolder, SetupError } from "./errors.mjs";
import { localDir } from "./places.mjs";

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Node: expected 20.19 or later, received ${process.versions.node}; install a newer Node`,
  );
}

/** Makes the local folder and writes to it once. */
export function makeLocalDir() {
  const probe = join(localDir, `.probe-${process.pid}`);
  try {
    createFolder(localDir);
    writeFileSync(probe, Buffer.alloc(65536));
  } catch (error) {
    throw explainFolder(error);
  } finally {
    removeQuietly(probe);
  }
}

/**
 * Not by "recursive": with it Node hides that a disk is read-only, and never ends where no folder can be made.
 * @param {string} path
 */
function createFolder(path) {
  if (existsSync(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!existsSync(path)) throw error; // another set-up may have made it
  }
}

/** @param {string} path */
function removeQuietly(path) {
  try {
    rmSync(path, { force: true });
  } catch {
    // it couldn't be made either: the first error tells
  }
}

/**
 * @typedef {object} Python
 * @property {string} path the interpreter itself, not one of a virtual environment that is active in this shell
 * @property {string} version
 */

const pythonNames = [
  "python3",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python",
];

/**
 * The first Python >= 3.10 that can make virtual environments; PYTHON names one to use.
 * @returns {Python}
 */
export function findPython() {
  const named = process.env.PYTHON;
  const received = [];
  for (const name of named ? [named] : pythonNames) {
    const { version, path } = askPython(name);
    const isNew = isPythonNew(version);
    if (isNew && path) return { version, path };
    if (version) received.push(`${name} is ${version}${isNew ? " without venv" : ""}`);
  }
  const found = received.join(", ") || (named ? `PYTHON=${named}, which is none` : "no Python on the PATH");
  throw new SetupError(
    `Python: expected 3.10 or later with venv, received: ${found}; install it (Debian, Ubuntu: apt install python3 python3-venv) or set PYTHON to one`,
  );
}

/** @param {string} name */
function askPython(name) {
  const questions = [
    "import sys; print('%d.%d.%d' % sys.version_info[:3])",
    "import venv, ensurepip; print(getattr(sys, '_base_executable', None) or sys.executable)",
  ];
  const answer = spawnSync(name, ["-c", questions.join("\n")], { encoding: "utf8" });
  const [version = "", path = ""] = (answer.stdout ?? "").trim().split("\n");
  return { version, path };
}

/** @param {string} version */
function isPythonNew(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 10);
}

/**
 * Whether a virtual environment is of the version of the Python that PYTHON names; true too where it names none.
 * @param {string} directory
 */
export function isVenvAsWanted(directory) {
  if (!process.env.PYTHON) return true;
  const lines = readFileSync(join(directory, "pyvenv.cfg"), "utf8").split("\n");
  return lines.includes(`version = ${findPython().version}`);
}

/** A Java >= 17 of this machine, if there is one: that of JAVA_HOME, else the first on the PATH. */
export function findJava() {
  const candidates = [process.env.JAVA_HOME, ...(process.env.PATH ?? "").split(delimiter)]
    .filter(Boolean)
    .flatMap((folder) => [join(String(folder), "bin", "java"), join(String(folder), "java")]);
  return candidates.find((candidate) => javaVersion(candidate) >= 17);
}

/**
 * The major version of the Java at this path; 0 where there is none that runs.
 * @param {string} path
 */
export function javaVersion(path) {
  if (!existsSync(path)) return 0;
  const answer = spawnSync(path, ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(answer.stderr ?? "")?.[1] ?? 0);
}

/** Where the Java to use is on record. */
export const javaRecordPath = join(localDir, "java.json");

/**
 * Puts the Java to use on record.
 * @param {string} path
 */
export function recordJava(path) {
  const version = javaVersion(path);
  if (version < 17) throw new SetupError(`Java: ${path} doesn't run; install a Java of version 17 or later`);
  writeFileSync(javaRecordPath, JSON.stringify({ path, version, changed: changeOf(path) }));
}

/** Whether the Java on record is there and the same as then. */
export function isJavaIntact() {
  try {
    const { path, changed } = JSON.parse(readFileSync(javaRecordPath, "utf8"));
    return changed === changeOf(path);
  } catch {
    return false;
  }
}

/** @param {string} path */
function changeOf(path) {
  return statSync(realpathSync(path)).mtimeMs;
}
