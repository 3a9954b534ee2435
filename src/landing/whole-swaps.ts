import { IrreplaceableError, makeTwin, type StagingFolder } from "../lake/access";
import type { PartFile } from "../lake/catalogue";
import type { StagedSwap } from "../lake/commit";
import type { Lake } from "../lake/lake";

/** Stages a directory that is to take the place of another, whole. Throws an IrreplaceableError where none can. */
export async function stageTwin(lake: Lake, run: string, directory: string): Promise<StagingFolder> {
  const twin = await makeTwin(lake, directory, stagedAt(run, directory));
  if ("refusal" in twin) throw new IrreplaceableError(directory, twin.refusal);
  return twin;
}

/** The swap of a directory that stageTwin has staged; `added` are its tables' files, by their final paths. */
export function toWholeSwap(run: string, directory: string, added: readonly PartFile[]): StagedSwap {
  const retired = `_tmp/${run}/old-${directory}`;
  return { directory, staged: stagedAt(run, directory), retired, replaced: "all", added };
}

function stagedAt(run: string, directory: string): string {
  return `_tmp/${run}/new-${directory}`;
}
