import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Whether a process with this id lives, whoever's it is. */
export function isAlive(pid: number): boolean {
  return pid > 0 && signalProcess(pid, 0);
}

/** When a live process started, as the system words it; undefined for one that has ended, a zombie included. */
export function startTime(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  return existsSync("/proc/self/stat") ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

/** Field 22 of /proc/PID/stat: clock ticks since the machine was started. */
function startTimeFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  const env = { ...process.env, LC_ALL: "C" };
  const { stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], { encoding: "utf8", env });
  const [, state = "Z", startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state.startsWith("Z") ? undefined : startedAt;
}

/** Sends a signal to a process, 0 for none; false where there is no such process. */
export function signalProcess(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
