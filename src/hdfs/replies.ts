import * as v from "valibot";
import { isRemoteError } from "./errors";

/** Reads the JSON of an answer; throws where it is of another shape, as that of any web server would be. */
export function parseReply<T>(schema: v.GenericSchema<unknown, T>, reply: unknown): T {
  const parsed = v.safeParse(schema, reply);
  if (parsed.success) return parsed.output;
  throw new Error(`expected the JSON of WebHDFS, received ${JSON.stringify(reply)?.slice(0, 80)}`);
}

/** A 404 counts as "nothing there" only where it is HDFS that says so, not any web server. */
export function undefinedWhereMissing(error: unknown): undefined {
  if (!isRemoteError(error, "FileNotFoundException")) throw error;
}

/** Does the work with what HDFS fails with put into words, and again where that may pass. */
export type Attempt = <T>(path: string, doing: string, work: () => Promise<T>) => Promise<T>;
