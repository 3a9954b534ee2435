// @ts-check
// An earlier build beside this one, with this one's packages and services.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../local/setup/setup.mjs";

/**
 * Compiles the helper package as a commit has it.
 * @param {string} commit @param {string} folder
 * @returns {string} the path of its command
 */
export function prepareBuild(commit, folder) {
  mkdirSync(folder);
  const archive = execFileSync("git", ["archive", commit], { cwd: projectDir, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  const modules = join(projectDir, "node_modules");
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(modules).filter((one) => one !== "user-activity"))
    symlinkSync(join(modules, name), join(folder, "node_modules", name));
  symlinkSync(join(folder, "src"), join(folder, "node_modules", "user-activity"));
  symlinkSync(join(projectDir, "src", "node_modules"), join(folder, "src", "node_modules"));
  symlinkSync(join(projectDir, ".local"), join(folder, ".local"));
  const compiler = join(modules, "typescript", "bin", "tsc");
  execFileSync(process.execPath, [compiler, "-p", join(folder, "src")], { stdio: "inherit" });
  return join(folder, "src", "bin", "user-activity.js");
}
