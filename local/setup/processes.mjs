// @ts-check
// Programs that set-up runs, and the lock that keeps two set-ups apart. What is on record of both are empty files named
// after their process, so that what a killed set-up left is told from what is alive.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { adviceFor, SetupError } from "./errors.mjs";
import { localDir, projectDir } from "./places.mjs";

/**
 * Runs a program to its end; a failure carries the first and last lines it printed. Where the signal aborts, the program
 * and what it started are ended.
 * @param {string} command @param {string[]} args
 * @param {{onLine?: (line: string) => void, signal?: AbortSignal | undefined, cwd?: string}} options
 *   cwd: default the project's folder
 * @returns {Promise<void>}
 */
export function runProgram(command, args, { onLine, signal, cwd = projectDir }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a group of its own, so that all of it can be ended
    });
    child.on("error", (error) =>
      reject(new SetupError(`${command}: ${error.message}; is it installed and on the PATH?`)),
    );
    if (child.pid === undefined) return;
    const { pid } = child;
    const record = recordOf("child", pid);
    const stop = () => endGroup(pid);
    signal?.addEventListener("abort", stop);
    let text = "";
    const keep = (/** @type {Buffer} */ part) => {
      text = cutText(text + part.toString());
      const line = part.toString().trimEnd().split("\n").at(-1);
      if (onLine && line) onLine(line);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("close", (code, by) => {
      record.remove();
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) return reject(signal.reason);
      if (code === 0) return resolve();
      const what = `"${[command, ...args].join(" ").slice(0, 200)}" ended with ${code ?? by}`;
      reject(new SetupError(`${adviceFor(text)}${what}:\n${cutMiddle(text)}`));
    });
  });
}

/**
 * The beginning and the end of what may be very long.
 * @param {string} text
 */
function cutText(text) {
  return text.length > 40_000 ? `${text.slice(0, 10_000)}\n…\n${text.slice(-20_000)}` : text;
}

/**
 * The first and last lines of a long message.
 * @param {string} text
 */
function cutMiddle(text) {
  const lines = text.split("\n").filter((line) => /\w/.test(line.replace(/^npm error/, "")));
  return (lines.length > 14 ? [...lines.slice(0, 6), "…", ...lines.slice(-7)] : lines).join("\n");
}

/** @param {number} pid */
function endGroup(pid) {
  killGroup(pid, "SIGTERM");
  setTimeout(() => killGroup(pid, "SIGKILL"), 5000).unref();
}

/** @param {number} pid @param {NodeJS.Signals} name */
function killGroup(pid, name) {
  try {
    process.kill(-pid, name);
  } catch {
    // it has ended
  }
}

/**
 * Waits until no other set-up works in the local folder and keeps others waiting until released. Each makes its own
 * lock first and looks for others then: of two, at least one sees the other and steps back. What a set-up that was
 * killed left running is ended then.
 * @param {AbortSignal} signal
 * @returns {Promise<() => void>} releases it
 */
export async function takeLock(signal) {
  for (let isTold = false; ; ) {
    const isFree = readRecords("lock").length === 0;
    if (isFree) {
      const lock = recordOf("lock", process.pid);
      if (readRecords("lock").length === 1) {
        await endChildren();
        return lock.remove;
      }
      lock.remove();
    } else if (!isTold) {
      process.stderr.write("Another set-up is under way in this folder: waiting for it.\n");
      isTold = true;
    }
    await sleep(100 + Math.random() * 100);
    signal.throwIfAborted();
  }
}

/** Ends what a set-up that was killed left running. */
async function endChildren() {
  for (let left = readRecords("child"); left.length > 0; left = readRecords("child")) {
    for (const { pid } of left) killGroup(pid, "SIGKILL");
    await sleep(50);
  }
}

/**
 * Puts a process on record.
 * @param {"lock" | "child"} kind @param {number} pid
 */
function recordOf(kind, pid) {
  const path = join(localDir, `setup-${kind}-${pid}-${startTime(pid)}`);
  writeFileSync(path, "");
  return { remove: () => rmSync(path, { force: true }) };
}

/**
 * The processes on record that live; records of others are removed.
 * @param {"lock" | "child"} kind
 */
function readRecords(kind) {
  const names = readdirSync(localDir).filter((name) => name.startsWith(`setup-${kind}-`));
  return names.flatMap((name) => {
    const [, , pid = "0", startedAt] = name.split("-");
    if (startTime(Number(pid)) === startedAt) return [{ pid: Number(pid) }];
    rmSync(join(localDir, name), { force: true });
    return [];
  });
}

/**
 * When a live process started (a reused process id has another time), in letters and digits; undefined for one that
 * has ended.
 * @param {number} pid
 */
function startTime(pid) {
  if (existsSync("/proc/self/stat")) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  const env = { ...process.env, LC_ALL: "C" };
  const { stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], { encoding: "utf8", env });
  const [, state = "Z", startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state.startsWith("Z") ? undefined : startedAt?.replaceAll(/\W/g, "_");
}
