#!/usr/bin/env node
// @ts-check
// Writes data/assessments.json, or checks that it is what the seed gives.
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateAssessments } from "./generator/assessments.mjs";

const DEFAULT_SEED = 3;
const DEFAULT_OUT = fileURLToPath(new URL("assessments.json", import.meta.url));

const HELP = `Usage: node data/generate.mjs [--seed N] [--times N] [--out FILE] [--check]

Writes 3280 synthetic assessment attempts as a JSON array, one record per line.
The same seed gives the same bytes on every machine and Node version.

  --seed N    whole number from 0 to 2^31 - 1 (default ${DEFAULT_SEED}, which gives data/assessments.json)
  --times N   that many times as many, up to 1000: copies under other IDs (default 1)
  --out FILE  where to write (default data/assessments.json)
  --check     write nothing; exit with 1 if FILE differs from what the seed gives
  --help      show this
`;

/**
 * @param {string[]} args
 * @returns {{help: boolean, check: boolean, seed: number, times: number, out: string}}
 * @throws {Error} that says which option is wrong
 */
function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: String(DEFAULT_SEED) },
      times: { type: "string", default: "1" },
      out: { type: "string", default: DEFAULT_OUT },
      check: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const seed = Number(values.seed);
  if (!/^\d{1,10}$/.test(values.seed) || seed >= 2 ** 31) {
    throw new Error(`--seed: expected a whole number from 0 to 2^31 - 1, received "${values.seed}"`);
  }
  const times = Number(values.times);
  if (!/^\d{1,4}$/.test(values.times) || times < 1 || times > 1000) {
    throw new Error(`--times: expected a whole number from 1 to 1000, received "${values.times}"`);
  }
  return { ...values, seed, times };
}

/** @param {Iterable<string | Buffer>} pieces */
function sha256(pieces) {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/**
 * @param {ReturnType<typeof readOptions>} options
 * @returns {number} exit code: 0 done, 1 different
 */
function run({ check, seed, times, out }) {
  if (check && !existsSync(out))
    throw new Error(`${out}: expected a file to compare with, found none; write it without --check`);
  const pieces = generateAssessments(seed, times);
  if (!check) {
    const { bytes, sha256 } = write(out, pieces);
    process.stdout.write(`${out}: ${bytes} bytes, sha256 ${sha256}\n`);
    return 0;
  }
  const sum = sha256(pieces);
  const isSame = sha256([readFileSync(out)]) === sum;
  process.stdout.write(`${out}: ${isSame ? "is" : "is not"} what seed ${seed} gives (sha256 ${sum})\n`);
  return isSame ? 0 : 1;
}

/**
 * Writes the pieces one after the other: all of them may be more than a text can hold.
 * @param {string} out
 * @param {Iterable<string>} pieces
 */
function write(out, pieces) {
  const hash = createHash("sha256");
  const file = openSync(out, "w");
  let bytes = 0;
  try {
    for (const piece of pieces) {
      const content = Buffer.from(piece);
      writeFileSync(file, content);
      hash.update(content);
      bytes += content.length;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/**
 * Runs a step; if it throws, says why in one line and ends the process.
 * @template T
 * @param {number} exitCode
 * @param {() => T} step
 * @returns {T}
 */
function orExit(exitCode, step) {
  try {
    return step();
  } catch (error) {
    const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
    process.stderr.write(`generate: ${message}${exitCode === 2 ? " (see --help)" : ""}\n`);
    process.exit(exitCode);
  }
}

const options = orExit(2, () => readOptions(process.argv.slice(2)));
if (options.help) process.stdout.write(HELP);
else process.exitCode = orExit(1, () => run(options));
