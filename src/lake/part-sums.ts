import { createHash } from "node:crypto";
import type { LakeParts, PartFile } from "./catalogue";
import type { PartSums, PartsSum } from "./commit-file";

/** Sums files up; what stands before the name in a path does not count. */
export function sumParts(files: readonly PartFile[]): PartsSum {
  const names = files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).sort();
  return {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    names: createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 32),
  };
}

/** Sums up the files of all tables before and after a commit. */
export function sumChange(before: LakeParts, after: LakeParts): PartSums {
  const sums = Object.entries(after).map(([table, files]) => {
    return [table, { before: sumParts(before[table] ?? []), after: sumParts(files) }];
  });
  return Object.fromEntries(sums) as PartSums;
}

/** Whether two sums are of the same files. */
export function isSameSum(a: PartsSum | undefined, b: PartsSum | undefined): boolean {
  return a?.files === b?.files && a?.bytes === b?.bytes && a?.names === b?.names;
}
