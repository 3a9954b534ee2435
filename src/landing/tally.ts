import { compileKnows } from "../contract/unknown";
import { fingerprintContract, fingerprintRules } from "../events/fingerprint";
import type { Outcome } from "../events/outcomes";
import type { LakeState } from "../lake/commit-file";
import { addCounts, type Counts, noCounts } from "../lake/counts";
import type { Gap } from "../lake/gaps";
import type { StagedFile } from "../lake/staging";
import { type LakeModel, shippedModel } from "../tables/lake-model";
import { schemaVersion } from "../tables/tables";
import { createSums } from "./sums";
import { type GrowingPath, notePath, type Tallied, Tallying } from "./tallied";

/** The most unknown paths that are kept on record. */
const mostUnknown = 50;

/** A file that is added to a table. */
export type CountedFile = Pick<StagedFile, "table" | "rowCount">;

/** Counts what the messages of a batch come to, on top of what has been committed before. */
export interface Tally {
  /** Of this batch alone. */
  readonly counts: () => Counts;
  /** Counts a message; the partition's next offset is then the one behind it. */
  readonly add: (outcome: Outcome) => void;
  /** Counts messages that come behind those counted so far; moves no partition on. */
  readonly merge: (tallied: Tallied) => void;
  /** Passes offsets that hold no message, up to `next` (exclusive). */
  readonly moveTo: (partition: number, next: bigint) => void;
  /** Has a partition that nothing has been landed of begin at its earliest offset, so that a later hole is seen. */
  readonly begin: (partition: number, low: bigint) => void;
  /** By partition: the offset that is to come next. */
  readonly offsets: () => LakeState["offsets"];
  /** Passes offsets that are gone, and keeps on record that they were. */
  readonly skip: (gap: Gap) => void;
  /** Whether any offset is passed. */
  readonly hasAdvanced: () => boolean;
  /** The rows of each summary, of what was committed before and this batch. */
  readonly summaryRows: () => Readonly<Record<string, readonly object[]>>;
  /** What the lake is once the files count. */
  readonly toState: (files: readonly CountedFile[]) => LakeState;
}

/** Creates the count of a batch that follows `before`; `model`: the lake's tables, by default those of the shipped contract. */
export function createTally(before: LakeState, model: LakeModel = shippedModel): Tally {
  let counts: Counts = noCounts();
  const sums = createSums(model.contract, before.summaries);
  const noted = createNotes(before, model);
  const progress = createProgress(before);
  const merge = (tallied: Tallied) => {
    counts = addCounts(counts, tallied.counts);
    noted.merge(tallied);
    sums.addTaken(tallied.summed);
  };
  return {
    ...progress,
    counts: () => counts,
    merge,
    add: (outcome) => {
      const { partition, offset } = outcome.raw;
      const tallying = new Tallying(model);
      tallying.add(outcome, outcome.raw);
      merge(tallying.end());
      progress.moveTo(partition, offset + 1n);
    },
    summaryRows: sums.rows,
    toState: (files) => {
      const isFirst = before.counts.consumed === 0;
      const gaps = progress.gaps();
      const rules = isFirst ? fingerprintRules(model.contract) : before.schema;
      return {
        ...before,
        version: schemaVersion,
        offsets: progress.offsets(),
        counts: addCounts(before.counts, counts),
        rowCounts: addRows(before.rowCounts, files, model),
        summaries: sums.groups(),
        contract: fingerprintContract(model.contract),
        ...takeOver(before, model),
        ...(gaps.length > 0 ? { gaps } : {}),
        ...(rules ? { schema: rules } : {}),
        ...noted.toState(),
      };
    },
  };
}

/** A contract that follows another one has the messages from here on; those before stay as they landed. */
function takeOver(
  { contract, counts, taken = [], offsets }: LakeState,
  model: LakeModel,
): Partial<LakeState> {
  const isOther = contract !== undefined && contract !== fingerprintContract(model.contract);
  return isOther && counts.consumed > 0 ? { taken: [...taken, { contract, upTo: offsets }] } : {};
}

/** Counts what landings tell of beside the sum. */
function createNotes(before: LakeState, { contract }: LakeModel) {
  let crossing = before.crossingConflicts ?? 0;
  let late = before.late;
  let later = before.later ?? 0;
  const warnings: Record<string, number> = Object.assign(Object.create(null), before.warnings);
  const isOther = before.contract !== undefined && before.contract !== fingerprintContract(contract);
  const knows = isOther ? compileKnows(contract) : () => false;
  const seen = Object.entries(before.unknown ?? {}).filter(([path]) => !knows(path));
  const unknown = new Map(seen.map(([path, one]): [string, GrowingPath] => [path, { ...one }]));
  return {
    merge: (tallied: Tallied) => {
      crossing += tallied.crossing;
      later += tallied.later;
      if (late !== undefined) late += tallied.late;
      for (const [by, count] of tallied.warnings) warnings[by] = (warnings[by] ?? 0) + count;
      for (const [path, seen] of tallied.unknown)
        if (unknown.has(path) || unknown.size < mostUnknown) notePath(unknown, path, seen);
    },
    toState: (): Partial<LakeState> => ({
      ...(crossing > 0 ? { crossingConflicts: crossing } : {}),
      ...(late === undefined ? {} : { late }),
      ...(later > 0 ? { later } : {}),
      ...(Object.keys(warnings).length > 0 ? { warnings: { ...warnings } } : {}),
      ...(unknown.size > 0 ? { unknown: Object.fromEntries(unknown) } : {}),
    }),
  };
}

/** Where a batch stands in each partition, and what it has passed as gone. */
function createProgress(before: LakeState) {
  const offsets: Record<string, bigint> = {};
  for (const [partition, offset] of Object.entries(before.offsets)) offsets[partition] = BigInt(offset);
  const begun: Record<string, bigint> = {};
  const gaps: Gap[] = [...(before.gaps ?? [])];
  const moveTo = (partition: number, next: bigint) => {
    offsets[partition] = next;
  };
  return {
    moveTo,
    begin: (partition: number, low: bigint) => {
      begun[partition] = low;
      offsets[partition] ??= low;
    },
    offsets: () =>
      Object.fromEntries(Object.entries(offsets).map(([partition, offset]) => [partition, `${offset}`])),
    gaps: () => [...gaps],
    skip: (gap: Gap) => {
      gaps.push(gap);
      moveTo(gap.partition, BigInt(gap.to));
    },
    hasAdvanced: () =>
      Object.entries(offsets).some(
        ([partition, offset]) => `${offset}` !== (before.offsets[partition] ?? `${begun[partition]}`),
      ),
  };
}

/** Summaries are written anew each time, the other tables grow. */
function addRows(
  before: LakeState["rowCounts"],
  files: readonly CountedFile[],
  { summaries }: LakeModel,
): LakeState["rowCounts"] {
  const rowCounts: Record<string, number> = { ...before };
  for (const { table, rowCount } of files) {
    if (table !== "index")
      rowCounts[table] = rowCount + (summaries.includes(table) ? 0 : (rowCounts[table] ?? 0));
  }
  return rowCounts;
}
