#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const main = join(__dirname, "..", "dist", "cli", "main.js");

try {
  if (existsSync(main)) require(main);
  else askForSetup("not built yet");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  askForSetup("a package is missing");
}

function askForSetup(what) {
  process.stderr.write(`user-activity: ${what}; run "npm run setup" in the project's folder\n`);
  process.exitCode = 1;
}
