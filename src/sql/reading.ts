import { type Config, readConfig } from "../base/config";
import { openAt, openNewest, type Reading } from "../lake/as-of";
import { openKept } from "../lake/contract-file";
import { type Lake, openLake } from "../lake/lake";

/** What is to be read. */
export interface ReadingOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the version of the lake that `at` names. The tests count its reads. */
  readonly lake?: Lake;
  /**
   * The number of a commit, a time or the name of a pin: all tables as of then. Default: the newest version, or, where the
   * last commit is none, the tables as they are, which may change meanwhile.
   */
  readonly at?: string | undefined;
}

/** Opens what is to be read: one version for all tables, where there are versions, and the tables that it has. */
export async function openReading({ config, lake, at }: ReadingOptions): Promise<Reading> {
  if (lake && at === undefined) return { lake, version: null };
  const whole = lake ?? openLake((config ?? readConfig()).hdfs);
  const reading = at === undefined ? await openNewest(whole) : await openAt(whole, at);
  return { ...reading, lake: await openKept(reading.lake) };
}

/** The same options, with what is to be read opened once for several questions. */
export async function readingOnce<O extends ReadingOptions>(
  options: O,
): Promise<O & { readonly lake: Lake }> {
  const { lake } = await openReading(options);
  return { ...options, lake, at: undefined };
}
