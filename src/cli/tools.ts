import type { Writable } from "node:stream";
import { InvalidArgumentError } from "commander";
import { formatRetry, type RetryPolicy } from "../base/retry";
import type { Contract } from "../contract/model";
import { keptVersions } from "../lake/keeping";
import type { Lake } from "../lake/lake";
import type { ServiceName } from "../services/services";
import type { LakeModel } from "../tables/lake-model";
import { interruption } from "./interrupt";
import type { ProgressLine } from "./progress";

/** Prints the result as one JSON value instead of as text. */
export interface JsonOption {
  readonly json?: true;
}

/** What the command line lends its commands. */
export interface QueryTools {
  /** Runs `work` with the services up. */
  readonly withNeeded: <T>(needed: readonly ServiceName[], work: () => Promise<T>) => Promise<T>;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Default: stdin. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Default: stdout. */
  readonly output?: Writable & { readonly columns?: number };
}

/** Starts what the command needs and is not running, and stops it again after the command. */
export async function withNeeded<T>(needed: readonly ServiceName[], work: () => Promise<T>): Promise<T> {
  const onStart = (missing: readonly ServiceName[]) => {
    process.stderr.write(
      `starting ${missing.join(" and ")} for this command ("npx user-activity services start" keeps them running)\n`,
    );
  };
  const { withServices } = await import("../services/services.js");
  return withServices(needed, work, { onStart, signal: interruption });
}

/** Prints a result to stdout: as JSON where that was asked for, else as `format` writes it. */
export function print<T>(result: T, options: JsonOption, format: (result: T) => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : format(result)}\n`);
}

/** The option of commands that read the tables; with atOption. */
export interface AtOption {
  readonly at?: string;
}

/** The arguments of `option` for it. */
export const atOption = [
  "--at <version>",
  "read the tables as of a version: a commit's number, a time such as 2026-11-29T12:00Z, or a pin's name",
] as const;

/** The option of commands that commit; with keepVersionsOption. */
export interface KeepVersionsOption {
  /** 0: none are made. */
  readonly keepVersions: number;
}

/** The arguments of `option` for it. */
export const keepVersionsOption = [
  "--keep-versions <count>",
  "keep so many versions of the tables, one a commit, beside those younger than a day or pinned; 0: make none",
  parseWhole,
  keptVersions,
] as const;

/** The option of commands that decide many messages; with threadsOption. */
export interface ThreadsOption {
  readonly threads?: number;
}

/** The arguments of `option` for it. */
export const threadsOption = [
  "--threads <count>",
  "decide messages in so many threads; 0: in the main one (default: from 50,000 messages on one a core, 4 at most)",
  parseThreads,
] as const;

/** The option of commands that try again; with giveUpOption. */
export interface GiveUpOption {
  /** Seconds. */
  readonly giveUp: number;
}

/** Has it told where a version could not be written as Iceberg. */
export function tellExports(lake: Lake, { note }: Pick<ProgressLine, "note">): Lake {
  if (lake.exporting) lake.exporting.onFailure = note;
  return lake;
}

/** Tries again for so long, and tells of every failure that is followed by another try. */
export function toRetry(progress: ProgressLine, giveUpSeconds: number, signal?: AbortSignal): RetryPolicy {
  return { giveUpMs: giveUpSeconds * 1000, onRetry: (retry) => progress.note(formatRetry(retry)), signal };
}

/** Parses a whole number above 0; throws InvalidArgumentError on anything else. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Expected a whole number above 0.");
}

/** Parses a whole number from 0 on. */
export function parseWhole(text: string): number {
  const count = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(count) && count >= 0) return count;
  throw new InvalidArgumentError("Expected a whole number, 0 or above.");
}

function parseThreads(text: string): number {
  const count = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(count) && count >= 0 && count <= 64) return count;
  throw new InvalidArgumentError("Expected a whole number from 0 to 64.");
}

/** Parses seconds, from 0 to a day, fractions too. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError("Expected seconds, from 0 to 86400.");
}

/** Parses a share in percent, from 0 to 100, fractions too. */
export function parsePercent(text: string): number {
  const percent = Number(text.replace(/%$/, ""));
  if (/\d/.test(text) && percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError("Expected a percentage, from 0 to 100.");
}

/** The arguments of `option` for it. */
export const giveUpOption = [
  "--give-up <seconds>",
  "how long to go on trying where a server is gone or restarts",
  parseSeconds,
  120,
] as const;

/** The contract that CONTRACT names, or the shipped one. */
export async function contractOfToday(): Promise<Contract> {
  const { loadContract } = await import("../lake/in-force.js");
  return loadContract({});
}

/** The tables of that contract. */
export async function modelOfToday(): Promise<LakeModel> {
  const { modelOf } = await import("../tables/lake-model.js");
  return modelOf(await contractOfToday());
}
