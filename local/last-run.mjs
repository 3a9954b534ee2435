// @ts-check
// What the tests said of their last run: kept by npm test and npm run test:long, written into docs/guarantees.md by
// npm run guarantees.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { localDir, projectDir } from "./setup/places.mjs";

/** @typedef {{passed: boolean, said: string[]}} TestWord whether a test passed, and its figures in words */

export const guaranteesPage = join(projectDir, "docs", "guarantees.md");

const place = join(localDir, "last-run.json");
const table = /(?<=<!-- last run -->\n).*?(?=<!-- end of last run -->)/s;
const head = "| what is done to it | figures of the last run |\n|---|---|\n";

/** The tests that the page tells of: its words, and the id that the test's name ends with, in brackets. */
export const rows = /** @type {const} */ ([
  ["kill -9 before every call that writes to HDFS, and amid some", "kill-landing"],
  ["kill -9 between batches from Kafka, and about the group's offsets", "kill-batches"],
  ["kill -9 of the command at random", "kill-command"],
  ["kill -9 of a compaction, also beside a lander", "kill-compaction"],
  ["kill -9 while tables of version 1 are brought up", "kill-upgrade"],
  ["a lander held still while another takes over, wherever it stood", "held-still"],
  ["two and three landers started at once, 10 rounds", "at-once"],
  ["messages of any kind, by a seed", "any-messages"],
  ["60 s of 500 events a second, the broker killed inside", "steady-stream"],
  ["readers while a landing commits", "readers-landing"],
  ["readers while files are merged as well", "readers-merging"],
  ["readers of versions, and of the directories, while others land, merge and replay", "readers-versions"],
]);

/** The id at the end of a test's name. @param {string} name */
function idOf(name) {
  return / \[([a-z-]+)\]$/.exec(name)?.[1];
}

/**
 * Takes what the events of a test run tell, in their order. A test's own words follow its end.
 * @returns {{onEnd: (test: {name: string, file?: string | undefined}, passed: boolean) => void, onWord: (word: {message: string, file?: string | undefined}) => void, save: () => void}}
 */
export function recordRun() {
  /** @type {Record<string, TestWord>} */
  const tests = {};
  /** @type {Map<string | undefined, TestWord>} */
  const latest = new Map();
  return {
    onEnd: ({ name, file }, passed) => {
      const word = { passed, said: [] };
      const id = idOf(name);
      if (id) tests[id] = word;
      latest.set(file, word);
    },
    onWord: ({ message, file }) => latest.get(file)?.said.push(message),
    save: () => saveRun(tests),
  };
}

/** @param {Record<string, TestWord>} tests */
function saveRun(tests) {
  if (Object.keys(tests).length === 0) return;
  mkdirSync(localDir, { recursive: true });
  writeFileSync(place, `${JSON.stringify({ ...readRun(), ...tests }, null, 2)}\n`);
}

/** @returns {Record<string, TestWord>} */
function readRun() {
  return existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : {};
}

/**
 * The page with the figures of these tests; of one that has not run it says so. Throws where one has failed.
 * @param {string} page @param {Readonly<Record<string, TestWord>>} tests @param {string} machine
 */
export function writeFigures(page, tests, machine) {
  const lines = rows.map(([what, id]) => {
    const word = tests[id];
    if (word && !word.passed) throw new Error(`${id}: expected a test that passed, received a failure`);
    return `| ${what} | ${word ? word.said.join("; ") : "not run"} |\n`;
  });
  return page.replace(table, () => `${machine}\n\n${head}${lines.join("")}\n`);
}

/** The table on the page: its first cells. @param {string} page */
export function rowsOf(page) {
  const [text = ""] = table.exec(page) ?? [];
  return [...text.matchAll(/^\| (.*?) \| .+ \|$/gm)].map(([, first]) => first).slice(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { versions } = process;
  const machine = `On ${cpus().length} cores, with Node ${versions.node}:`;
  try {
    writeFileSync(guaranteesPage, writeFigures(readFileSync(guaranteesPage, "utf8"), readRun(), machine));
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}; run "npm test" and "npm run test:long"\n`);
    process.exitCode = 1;
  }
}
