import { spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import type { Config } from "user-activity/dist/base/config";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { cliPath } from "./cli-process";
import { beginProgram, type Running, until } from "./own-services";

/** Starts `user-activity land --follow` on a topic and lake. */
export function startFollower({ kafka, hdfs }: Config, args: readonly string[] = []): Running {
  const place = { KAFKA_BROKERS: kafka.brokers.join(","), KAFKA_TOPIC: kafka.topic };
  const env = { ...process.env, ...place, WEBHDFS_URL: hdfs.url, LAKE_DIR: hdfs.lakeDir };
  return beginProgram(process.execPath, [cliPath, "land", "--follow", ...args], env);
}

/** Messages that the lake holds by its last commit; -1 where there is none that landed. */
export async function countLanded({ hdfs }: Config): Promise<number> {
  const last = await readLastCommit(openLake(hdfs));
  return last && last.files.length > 0 ? last.state.counts.consumed : -1;
}

/** Waits until so many messages are landed. */
export function untilLanded(config: Config, count: number): Promise<void> {
  return until(async () => (await countLanded(config)) >= count, `${count} messages landed`);
}

/** Offsets of the topic that no commit holds. */
export async function countLag({ kafka, hdfs }: Config): Promise<number> {
  const offsets = (await readLastCommit(openLake(hdfs)))?.state.offsets ?? {};
  const ranges = await readOffsets(kafka);
  return ranges.reduce(
    (sum, { partition, low, high }) => sum + Number(high - BigInt(offsets[partition] ?? low)),
    0,
  );
}

/** A server's process that can be killed, and started again as it was. */
export function restartable(first: number) {
  const read = (name: string) => readFileSync(`/proc/${first}/${name}`, "utf8").split("\0").slice(0, -1);
  const [command = "", ...args] = read("cmdline");
  const env = Object.fromEntries(
    read("environ").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const cwd = readlinkSync(`/proc/${first}/cwd`);
  let pid = first;
  return {
    kill: () => process.kill(pid, "SIGKILL"),
    freeze: () => process.kill(pid, "SIGSTOP"),
    thaw: () => process.kill(pid, "SIGCONT"),
    restart: () => {
      const child = spawn(command, args, { env, cwd, stdio: "ignore", detached: true });
      child.unref();
      pid = child.pid ?? 0;
    },
  };
}
