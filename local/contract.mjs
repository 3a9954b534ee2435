// @ts-check
// npm run contract: writes src/contract/shipped.ts from data/assessments.odcs.yaml. Run it after an edit of the contract;
// a test says when it was forgotten.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { projectDir } from "./setup/setup.mjs";

const file = "data/assessments.odcs.yaml";
const target = join(projectDir, "src", "contract", "shipped.ts");
const dist = join(projectDir, "src", "dist", "contract");
const build = () => spawnSync("npm", ["run", "--silent", "build"], { cwd: projectDir, stdio: "inherit" });

if (!existsSync(join(dist, "generate.js"))) build();
const require = createRequire(import.meta.url);
try {
  const { generateModule } = require(join(dist, "generate.js"));
  const { readContractFile } = require(join(dist, "read.js"));
  writeFileSync(target, generateModule(readContractFile(join(projectDir, file)), file));
  process.stdout.write(`src/contract/shipped.ts written from ${file}\n`);
  process.exitCode = build().status ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
