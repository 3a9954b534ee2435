import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OwnServices, until } from "./own-services";

/** Where a start is killed: right after it has spawned a server, or right after it has that on record. */
export type KillPoint = "spawn" | "record";

/** Loaded before the command line: at the n-th such moment the process ends itself as `kill -9` would. */
const hook = `
const childProcess = require("node:child_process");
const fs = require("node:fs");
let left = Number(process.env.TEST_KILL_COUNT);
const count = (point) => {
  if (process.env.TEST_KILL_POINT === point && --left === 0) process.kill(process.pid, "SIGKILL");
};
const { spawn } = childProcess;
childProcess.spawn = (...given) => {
  const child = spawn(...given);
  count("spawn");
  return child;
};
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (/(kafka|namenode|datanode)\\.json$/.test(String(to))) count("record");
};
`;

/** Kills a start at the n-th such point, then stops the services: no Java may be left that nobody knows. */
export async function killStartAt(own: OwnServices, point: KillPoint, count: number): Promise<void> {
  const path = join(own.folder, "kill-hook.js");
  writeFileSync(path, hook);
  const start = own.begin(["services", "start"], {
    NODE_OPTIONS: `--require ${JSON.stringify(path)}`,
    TEST_KILL_POINT: point,
    TEST_KILL_COUNT: String(count),
  });
  const { code, stderr } = await start.ended;
  assert.equal(code, null, `killed: ${stderr}`);
  await assertStopEndsAll(own);
}

/** Stops the services after a start was killed. */
export async function assertStopEndsAll(own: OwnServices): Promise<void> {
  const stop = await own.run(["services", "stop"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.deepEqual(
    [...own.servers()].filter(([, pid]) => isJava(pid)),
    [],
  );
  await until(() => own.servers().size === 0, "what waited to become a server has ended");
}

function isJava(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("java");
  } catch {
    return false; // it has ended
  }
}
