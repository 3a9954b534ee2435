// @ts-check
// Steps of the set-up: which are done already, and doing the others.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectDir } from "./places.mjs";

/**
 * @typedef {object} Step
 * @property {string} name what a person reads
 * @property {string} stamp the file that says what it was last done from; beside its outputs, so that it goes with them
 * @property {string[]} files from the project's folder; a change of one redoes the step
 * @property {string[]} [values] whose change redoes the step
 * @property {string[]} outputs what must be there for the step to count as done
 * @property {() => boolean} [isIntact] what else must be so
 * @property {boolean} [needsPython] whether it asks for the machine's Python
 * @property {(tell: (status: string) => void) => Promise<void>} run
 * @property {Step[]} [after] steps that must be done before, and redone with it
 * @property {Step[]} [waitsFor] steps not to be done at the same time
 */

/**
 * The steps that are not done, or come after one that is not, in the order given.
 * @param {Step[]} steps
 */
export function findMissing(steps) {
  /** @type {Step[]} */
  const missing = [];
  for (const step of steps)
    if (!isDone(step) || step.after?.some((one) => missing.includes(one))) missing.push(step);
  return missing;
}

/**
 * Does the steps, those that do not wait for each other at the same time. A step that fails keeps those after it from
 * being done, and no others.
 * @param {Step[]} steps
 */
export async function runSteps(steps) {
  process.stderr.write(`Setting up (once): ${steps.map((step) => step.name).join(", ")}\n`);
  for (const { stamp } of steps) rmSync(stamp, { force: true }); // until each is done: one that is cut must be redone
  const board = startBoard();
  /** @type {Map<Step, Promise<void>>} */
  const jobs = new Map();
  for (const step of steps) {
    const before = (step.after ?? []).map((one) => jobs.get(one));
    const apart = (step.waitsFor ?? []).map((one) => jobs.get(one)?.catch(() => undefined));
    jobs.set(
      step,
      Promise.all([...before, ...apart]).then(() => runStep(step, board)),
    );
  }
  const outcomes = await Promise.allSettled(jobs.values());
  board.end();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** @param {Step} step @param {ReturnType<typeof startBoard>} board */
async function runStep(step, board) {
  const startedMs = Date.now();
  board.set(step.name, "");
  try {
    await step.run((status) => board.set(step.name, status));
    mkdirSync(dirname(step.stamp), { recursive: true });
    writeFileSync(step.stamp, stampOf(step));
    board.done("✓", step.name, Date.now() - startedMs);
  } catch (error) {
    board.done("✗", step.name, Date.now() - startedMs);
    throw error;
  }
}

/** @param {Step} step */
function isDone(step) {
  return (
    existsSync(step.stamp) &&
    readFileSync(step.stamp, "utf8") === stampOf(step) &&
    step.outputs.every((path) => existsSync(path)) &&
    (step.isIntact?.() ?? true)
  );
}

/**
 * What the step is done from, as one hash.
 * @param {Step} step
 */
export function stampOf(step) {
  const hash = createHash("sha256");
  for (const file of step.files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(projectDir, file)))
      .update("\0");
  for (const value of step.values ?? []) hash.update(`${value}\0`);
  return hash.digest("hex");
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
    done: (/** @type {"✓" | "✗"} */ mark, /** @type {string} */ name, /** @type {number} */ ms) => {
      under.delete(name);
      clear();
      process.stderr.write(`  ${mark} ${name} (${(ms / 1000).toFixed(1)} s)\n`);
    },
    end: () => {
      clear();
      clearInterval(timer);
    },
  };
}
