import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createFolder, toFolderError } from "./folders";
import { startTime } from "./live-processes";

export interface LockOptions {
  /** Ends the waiting with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once where another holds the lock, not where two have come at once. */
  readonly onWait?: (() => void) | undefined;
}

let lockCount = 0;
/** Two that come at once step back now and then before one of them has it. */
const lockedTries = 5;

/**
 * Runs `work` while no other process works under a lock of the same folder; waits until then, or until the signal
 * aborts. A lock is an empty file named after its process, so that nobody takes a dead one's lock for a live one's, and
 * whoever finds a dead one may remove it. Each makes its own first and looks for others then: of two, at least one sees
 * the other and steps back.
 */
export async function withLock<T>(
  directory: string,
  work: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  const name = `lock-${process.pid}-${toName(startTime(process.pid) ?? "")}-${++lockCount}`;
  for (let tries = 1; !tryLock(directory, name); tries++) {
    signal?.throwIfAborted();
    if (tries === lockedTries) onWait?.();
    await sleep(50 + Math.random() * 100);
  }
  try {
    return await work();
  } finally {
    rmSync(join(directory, name), { force: true });
  }
}

function tryLock(directory: string, name: string): boolean {
  try {
    createFolder(directory);
  } catch (error) {
    throw toFolderError(directory, error as NodeJS.ErrnoException);
  }
  try {
    if (isHeld(directory, name)) return false;
    writeFileSync(join(directory, name), "");
    if (!isHeld(directory, name)) return true;
    rmSync(join(directory, name), { force: true });
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false; // another has removed the folder
    throw toFolderError(directory, error as NodeJS.ErrnoException);
  }
}

/** Whether a live process other than `name` has a lock here; locks of dead ones are removed. */
function isHeld(directory: string, name: string): boolean {
  const others = readdirSync(directory).filter((one) => /^lock-\d+-/.test(one) && one !== name);
  const dead = others.filter((one) => !isLive(one));
  for (const one of dead) rmSync(join(directory, one), { force: true });
  return others.length > dead.length;
}

function isLive(name: string): boolean {
  const [, pid, startedAt] = name.split("-");
  return toName(startTime(Number(pid)) ?? "-") === startedAt;
}

function toName(startedAt: string): string {
  return startedAt.replace(/[^\w]/g, "_");
}
