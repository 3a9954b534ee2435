import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** A folder that is removed after the test file. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "user-activity-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
