import { type Config, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { canonicalJson } from "../base/json";
import { fingerprintContract, fingerprintRules } from "../events/fingerprint";
import { type Commit, checkVersion, type LakeState } from "../lake/commit-file";
import { readKeptContract } from "../lake/contract-file";
import { type Counts, countOutcome, formatSum, isSumRight, landedWord, noCounts } from "../lake/counts";
import { findUnexplained, type Gap } from "../lake/gaps";
import { type ContractOptions, loadContract, withContract } from "../lake/in-force";
import { type Lake, openLake, readLastCommit } from "../lake/lake";
import { isSettled } from "../lake/settled";
import { modelOf, tableIn } from "../tables/lake-model";
import type { RawRow, TableName } from "../tables/tables";
import { type Bag, createBag, differingBucket } from "./bags";
import { describeRow } from "./differences";
import {
  byOne,
  type Contracts,
  contractsOf,
  keyOf,
  messageTables,
  type ReadMessages,
  recomputeGroups,
  rowsFor,
} from "./recompute";
import { createSums } from "./sums";
import { openTableBags, type TableBags } from "./table-bags";
import { describeCounts, type TableCheck } from "./table-check";
import { checkSummary } from "./verify-summary";

export type { TableCheck } from "./table-check";

export interface VerifyReport {
  readonly ok: boolean;
  /** Whether the tables were landed by another schema than the one they are held to here. */
  readonly isSchemaOther: boolean;
  readonly checks: readonly TableCheck[];
  /** Fingerprint of the contract that they are held to. */
  readonly contract: string;
  /** Counted anew from raw_data. */
  readonly counts: Counts;
  readonly topic: string;
  /** Offsets that were gone before they were landed, and skipped on request: no row of raw_data may be among them. */
  readonly gaps: readonly Gap[];
  /** Conflicts whose two deliveries came in different partitions, counted anew. */
  readonly crossingConflicts: number;
  /** Whether the lowest partition counts everywhere; until then deliveries in a higher one that came first do. */
  readonly isSettled: boolean;
}

/** Everything that raw_data gives, in sums. */
interface Recomputed {
  readonly bags: ReadonlyMap<string, Bag>;
  readonly summaryRows: Readonly<Record<string, readonly object[]>>;
  readonly counts: Counts;
  readonly crossingConflicts: number;
  /** The first place where raw_data is not what was consumed; empty where there is none. */
  readonly fault: string;
  /** The first offsets that are missing; in a topic with transactions some hold no message. */
  readonly gap: string;
}

export interface VerifyOptions extends ContractOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the lake that the configuration names. */
  readonly lake?: Lake;
  /**
   * So many threads read the tables, and one more raw_data; 0: this one reads all. Default: from 10,000 messages on one for
   * each core but this one's.
   */
  readonly threads?: number;
  readonly onProgress?: (table: TableName) => void;
}

/**
 * Recomputes every table from raw_data and compares it with what the lake holds, some thousand rows at a time. Throws where there
 * is no lake, a file can't be read, or something was landed meanwhile.
 */
export async function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
  const { hdfs } = options.config ?? readConfig();
  const whole = options.lake ?? openLake(hdfs);
  const commit = await readLastCommit(whole);
  if (!commit) {
    const advice = 'land first with "npx user-activity land"';
    throw new ServiceError(`hdfs ${whole.at("_commits")}: expected a commit, received none; ${advice}`);
  }
  checkVersion(commit, hdfs.lakeDir);
  const lake = await withTaken(whole, commit.state, options);
  const report = await compareAll(lake, commit, options).catch(async (error: Error) => {
    await refuseChanged(lake, commit); // then it is a file that was merged away
    throw error;
  });
  if (!report.ok) await refuseChanged(lake, commit);
  return report;
}

/** The lake by the contract that it was landed by, whatever is in force today; or by what is asked for. */
async function withTaken(whole: Lake, state: LakeState, options: VerifyOptions): Promise<Lake> {
  if (options.contract || options.schema) return withContract(whole, options);
  return { ...whole, model: modelOf(await readKeptContract(whole, state)) };
}

async function compareAll(lake: Lake, commit: Commit, options: VerifyOptions): Promise<VerifyReport> {
  const held = openTableBags(lake, commit.state.counts.consumed, options.threads);
  try {
    return await compareWith(held, lake, commit, options);
  } finally {
    await held.close();
  }
}

async function compareWith(
  tableBags: TableBags,
  lake: Lake,
  commit: Commit,
  options: VerifyOptions,
): Promise<VerifyReport> {
  options.onProgress?.("raw_data");
  const { contract } = lake.model;
  const isOfToday = commit.state.contract === fingerprintContract(contract);
  const contracts = isOfToday ? await contractsOf(lake, commit.state) : byOne(contract, commit.state);
  const recomputed = await recompute(lake, commit.state, { contracts, read: tableBags.readMessages });
  const checks = [checkRaw(commit.state, recomputed)];
  const isRawRight = checks.every(({ ok }) => ok);
  for (const [table, expected] of recomputed.bags) {
    options.onProgress?.(table);
    checks.push(await checkTable(lake, table, { expected, tableBags, locate: isRawRight, contracts }));
  }
  for (const [table, rows] of Object.entries(recomputed.summaryRows)) {
    options.onProgress?.(table);
    checks.push(await checkSummary(lake, table, rows));
  }
  const ok = isSumRight(recomputed.counts) && checks.every((check) => check.ok);
  const { counts, crossingConflicts } = recomputed;
  const { schema, topic, gaps = [] } = commit.state;
  const today = await loadContract(options);
  const isSchemaOther =
    schema !== undefined && today.id === contract.id && schema !== fingerprintRules(today);
  const held = {
    contract: fingerprintContract(contract),
    counts,
    topic,
    gaps,
    crossingConflicts,
    isSettled: isSettled(commit.state),
  };
  return { ok, isSchemaOther, checks, ...held };
}

/** A landing at the same time adds rows that the first tables read did not have. */
async function refuseChanged(lake: Lake, before: Commit): Promise<void> {
  const after = await readLastCommit(lake);
  if (after?.number === before.number) return;
  const received = `commit ${after?.number ?? "none"} meanwhile`;
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: expected commit ${before.number} to stay the last, received ${received}; verify again when nothing is landed`,
  );
}

async function recompute(
  lake: Lake,
  { topic, offsets, gaps = [] }: LakeState,
  { contracts, read }: { readonly contracts: Contracts; readonly read: ReadMessages },
): Promise<Recomputed> {
  const { model } = lake;
  const bags = new Map(messageTables(model).map((table) => [table, createBag(tableIn(model, table))]));
  const sums = createSums(model.contract);
  const counts = noCounts();
  let crossingConflicts = 0;
  const order = watchOrder(topic, gaps);
  for await (const outcomes of recomputeGroups(lake, contracts, read))
    for (const outcome of outcomes) {
      order.see(outcome.raw);
      countOutcome(counts, outcome);
      crossingConflicts += outcome.crossing;
      for (const [table, bag] of bags) for (const row of rowsFor(outcome, table)) bag.add(row);
      sums.add(outcome.rows);
    }
  return { bags, summaryRows: sums.rows(), counts, crossingConflicts, ...order.end(offsets) };
}

/** Sees that each partition's messages come once and in order, and where some may be missing. */
function watchOrder(topic: string, gaps: readonly Gap[]) {
  const next = new Map<number, bigint>();
  let fault = "";
  let gap = "";
  const reach = (partition: number, offset: bigint) => {
    const found = findUnexplained(gaps, { partition, from: next.get(partition) ?? 0n, to: offset });
    if (found) gap ||= `${topic}/${partition}, offsets ${found.first} to ${found.last}`;
  };
  return {
    see: (row: RawRow) => {
      const where = `${row.topic}/${keyOf(row)}`;
      if (row.topic !== topic) fault ||= `${where}: expected topic ${topic} only`;
      else if (row.offset < (next.get(row.partition) ?? 0n))
        fault ||= `${where} stands twice or out of order`;
      if (gaps.some((one) => isWithin(one, row))) fault ||= `${where}: expected no row, as it was gone`;
      reach(row.partition, row.offset);
      next.set(row.partition, row.offset + 1n);
    },
    end: (offsets: LakeState["offsets"]) => {
      for (const [partition, offset] of Object.entries(offsets)) reach(Number(partition), BigInt(offset));
      return { fault, gap };
    },
  };
}

function isWithin(gap: Gap, { partition, offset }: RawRow): boolean {
  return partition === gap.partition && offset >= BigInt(gap.from) && offset < BigInt(gap.to);
}

function checkRaw(state: LakeState, { counts, fault, gap }: Recomputed): TableCheck {
  const [expected, received] = [state.counts.consumed, counts.consumed];
  const missing = received < expected && gap ? `; first missing: ${gap}` : "";
  const sums = `the last commit says: ${formatSum(state.counts, landedWord(state.contract))}`;
  const difference =
    describeCounts(expected, received) + missing ||
    fault ||
    (canonicalJson(counts) === canonicalJson(state.counts) ? "" : sums);
  return { table: "raw_data", expected, received, ok: difference === "", difference };
}

interface Comparing {
  readonly expected: Bag;
  readonly tableBags: TableBags;
  readonly locate: boolean;
  readonly contracts: Contracts;
}

async function checkTable(
  lake: Lake,
  table: string,
  { expected, tableBags, locate, contracts }: Comparing,
): Promise<TableCheck> {
  const received = await tableBags.of(table);
  const numbers = { expected: expected.count, received: received.count };
  const bucket = differingBucket(expected, received);
  if (bucket === undefined) return { table, ...numbers, ok: true, difference: "" };
  const what = describeCounts(expected.count, received.count) || "as many rows, but other values";
  const where = locate ? `; for example ${await describeRow(lake, { table, bucket, contracts })}` : "";
  return { table, ...numbers, ok: false, difference: what + where };
}
