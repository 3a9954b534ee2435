import { createWriteStream, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { toFolderError } from "../base/folders";
import { createRunId, createSpool } from "../landing/hold";

/** What came on stdin, as a file. */
export interface Spooled {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * Writes stdin to a local file, to its end, so that what comes on it can be read more than once; what a run that was
 * killed has left is swept by the next one. Ends with the signal's reason.
 */
export async function spoolStdin(signal: AbortSignal): Promise<Spooled> {
  const folder = createSpool(`stdin-${createRunId()}`);
  const path = join(folder, "records");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await pipeline(process.stdin, createWriteStream(path), { signal });
  } catch (error) {
    remove();
    signal.throwIfAborted();
    throw toFolderError(folder, error as NodeJS.ErrnoException);
  }
  return { path, remove };
}
