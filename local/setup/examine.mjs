// @ts-check
// What set-up knows of the machine, for "user-activity doctor": each part is asked in a process of its own, so that a
// program that hangs can be ended. Changes nothing.
//   node local/setup/examine.mjs node|python|java|steps
import { readFileSync } from "node:fs";
import { SetupError } from "./errors.mjs";
import { checkNode, findJava, findPython, isJavaIntact, javaRecordPath, javaVersion } from "./machine.mjs";
import { planSteps } from "./setup.mjs";
import { findMissing } from "./steps.mjs";

/** @type {Record<string, () => object>} */
const parts = {
  node: () => {
    checkNode();
    return { version: process.versions.node, path: process.execPath };
  },
  python: findPython,
  /** used: the one on record from set-up; found: the one that a set-up would take now */
  java: () => {
    const found = findJava();
    return {
      used: isJavaIntact() ? JSON.parse(readFileSync(javaRecordPath, "utf8")) : null,
      found: found ? { path: found, version: javaVersion(found) } : null,
    };
  },
  steps: () => {
    const steps = planSteps({}, new AbortController().signal);
    const missing = findMissing(steps);
    const toAnswer = (/** @type {import("./steps.mjs").Step} */ step) => {
      const { name, needsPython = false } = step;
      return { name, needsPython, isDone: !missing.includes(step) };
    };
    return { steps: steps.map(toAnswer) };
  },
};

const part = parts[process.argv[2] ?? ""];
if (part) {
  try {
    process.stdout.write(JSON.stringify(part()));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(JSON.stringify({ problem: error.message }));
  }
} else {
  process.stderr.write(`examine: expected one of ${Object.keys(parts).join(", ")}\n`);
  process.exitCode = 2;
}
