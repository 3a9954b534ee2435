#!/usr/bin/env node
// @ts-check
// Writes data/customers/xapi.jsonl and edx.jsonl: the same bytes on every machine. With --check it only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateEnvelopes } from "./edx.mjs";
import { generateStatements } from "./xapi.mjs";

const files = { "xapi.jsonl": generateStatements, "edx.jsonl": generateEnvelopes };
const isCheck = process.argv.includes("--check");

for (const [name, generate] of Object.entries(files)) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const text = generate()
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    process.stderr.write(`${path}: differs from what data/customers/generate.mjs writes; run it\n`);
    process.exitCode = 1;
  }
}
