import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectPath } from "user-activity/dist/base/paths";
import { beginProgram } from "./own-services";

/**
 * A copy of what set-up reads, in a folder of its own, and a PATH that holds nothing but programs which do as npm,
 * Python and Java do, without a download. Each notes how it was called.
 */
export function fakeMachine(programs: readonly ("npm" | "python3" | "java")[] = ["npm", "python3", "java"]) {
  const root = mkdtempSync(join(tmpdir(), "user-activity-test-"));
  const project = join(root, "a clone, ünd so on");
  const at = (...parts: string[]) => join(project, ...parts);
  const calls = join(root, "calls");
  mkdirSync(join(root, "bin"));
  for (const name of programs)
    putProgram(join(root, "bin", name), readFileSync(join(fakes, `${name}.js`), "utf8"));
  for (const name of readdirSync(projectPath("local"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".mjs")) continue;
    mkdirSync(dirname(at("local", name)), { recursive: true });
    copyFileSync(projectPath("local", name), at("local", name));
  }
  for (const path of inputs) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), `first ${path}`);
  }
  /** Starts set-up; `env` tells the fake programs how to fail. */
  const begin = (env: NodeJS.ProcessEnv = {}, ...options: string[]) => {
    const all = { PATH: join(root, "bin"), CALLS: calls, FAKES: fakes, ...env };
    return beginProgram(process.execPath, [at("local", "setup", "setup.mjs"), ...options], all);
  };
  const setup = (env?: NodeJS.ProcessEnv, ...options: string[]) => begin(env, ...options).ended;
  /** What was called since the last time, sorted. */
  const takeCalls = () => {
    const lines = existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n").sort() : [];
    rmSync(calls, { force: true });
    return lines;
  };
  return {
    root,
    project,
    at,
    calls,
    begin,
    setup,
    takeCalls,
    remove: () => rmSync(root, { recursive: true }),
  };
}

export type FakeMachine = ReturnType<typeof fakeMachine>;

const fakes = projectPath("test", "fakes");

/** Makes an executable of a Node script. */
function putProgram(path: string, source: string): void {
  writeFileSync(path, `#!${process.execPath}\n${source}`);
  chmodSync(path, 0o755);
}

const inputs = [
  "package-lock.json",
  "tsconfig.base.json",
  "src/tsconfig.json",
  "src/index.ts",
  "local/services/kafka/jgo.lock.toml",
  "local/services/hadoop/jgo.lock.toml",
  "local/notebooks/nbconvert/conf.json",
  "local/notebooks/nbconvert/index.html.j2",
  "local/setup/typedoc/package.json",
  "local/setup/typedoc/package-lock.json",
  ...["lab", "tools", "java", "test", "iceberg", "site"].map((name) => `local/setup/python/${name}.txt`),
];
