#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const cli = join(__dirname, "..", "dist", "cli.js");

if (existsSync(cli)) require(cli);
else {
  process.stderr.write('user-activity: not built yet; run "npm run setup" in the project\'s folder\n');
  process.exitCode = 1;
}
