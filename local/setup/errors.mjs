// @ts-check
// What a failed set-up says: what stood in the way and what to do.
import { localDir } from "./places.mjs";

/** A failure with a text for a person: what is missing and what to type. */
export class SetupError extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @type {Record<string, string>} */
const folderAdvice = {
  ENOSPC: "no space left on its disk; set-up needs about 2 GB there",
  EDQUOT: "no space left for this user; set-up needs about 2 GB there",
  EROFS: "read-only; clone the project to a place that can be written to",
  EACCES: "no permission to write there; change its owner or its permissions",
  EPERM: "no permission to write there; change its owner or its permissions",
  ENOENT: "no folder can be made there; name another in USER_ACTIVITY_LOCAL_DIR",
  EEXIST: "expected a folder, received a file; move it away and run the same command again",
  ENOTDIR: "expected a folder, received a file; move it away and run the same command again",
};

/**
 * Turns what the system said of a folder into what to do.
 * @param {unknown} error
 */
export function explainFolder(error) {
  const { code = "", path = localDir } = /** @type {NodeJS.ErrnoException} */ (error);
  const advice = folderAdvice[code];
  return advice ? new SetupError(`${path.startsWith(localDir) ? localDir : path}: ${advice}`) : error;
}

/** @type {[RegExp, string][]} */
const programAdvice = [
  [/ENOSPC|No space left/i, "a disk is full; set-up needs about 2 GB"],
  [/EROFS|Read-only file system|EACCES|Permission denied/i, "a folder named below can't be written to"],
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ConnectionError|Max retries|ProxyError|timed out/i,
    "a download failed; check the network (proxies and mirrors: npm config, pip config) and run the same command again",
  ],
];

/**
 * What may be done about a program that failed, from what it printed; empty where nothing is known.
 * @param {string} text
 */
export function adviceFor(text) {
  const advice = programAdvice.find(([pattern]) => pattern.test(text))?.[1];
  return advice ? `${advice}\n` : "";
}
