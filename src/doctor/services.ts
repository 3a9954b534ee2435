import { connect } from "node:net";
import { posix } from "node:path";
import * as v from "valibot";
import { type Config, type HdfsConfig, type KafkaConfig, listUrls, readConfig } from "../base/config";
import type { HdfsClient } from "../hdfs/client";
import { isRemoteError, toHdfsError } from "../hdfs/errors";
import { openHdfsClient } from "../hdfs/failover";
import { createRenameCheck } from "../hdfs/probe";
import { openKafka, toKafkaError, withAdmin } from "../kafka/client";
import { tryGroup } from "../kafka/groups";
import { formatWaiting, readWaiting } from "../kafka/open-transactions";
import { findOffsets } from "../kafka/topics";
import { findHdfs, nameNodePlace } from "../services/hdfs";
import { findKafka, kafkaPlace } from "../services/kafka";
import { findProcess, type ProcessPlace } from "../services/processes";
import { type Check, type Finding, toFinding } from "./checks";

/** Whether both services are there, answer, and let the configured user in; nothing is started or written. */
export function serviceChecks(): Check[] {
  return [
    { subject: "Kafka", examine: () => examineKafka(readConfig()) },
    { subject: "HDFS", examine: () => examineHdfs(readConfig()) },
  ];
}

/** ms that one exchange with a service may take. */
const patienceMs = 4000;

const restartAdvice = '"npx user-activity services start" waits for it, or starts it anew';

const waitingAdvice =
  "they land once it is committed; a transaction that nobody ends is aborted after its timeout";

async function examineKafka({ kafka }: Config): Promise<Finding> {
  if (!kafka.external && !(await findKafka())) return describeStopped("Kafka", kafkaPlace);
  const where = `${kafka.external ? "external" : "running"} at ${kafka.brokers.join(",")}`;
  try {
    const topic = await readTopic(kafka);
    const ranges = await findOffsets(kafka);
    if (ranges) await tryGroup(kafka);
    const waiting = ranges ? formatWaiting(kafka.topic, await readWaiting(kafka, ranges)) : "";
    if (waiting) return toFinding("Kafka", "warning", `${where}, ${topic}; ${waiting}`, waitingAdvice);
    return toFinding(
      "Kafka",
      "ok",
      `${where}, ${topic}${ranges ? `, groups ${kafka.group}* can be joined` : ""}`,
    );
  } catch (error) {
    return toFinding("Kafka", "missing", where, (error as Error).message);
  }
}

/** How many partitions the topic has; the brokers are asked once. */
async function readTopic(config: KafkaConfig): Promise<string> {
  const options = { connectionTimeout: 3000, requestTimeout: patienceMs, retry: { retries: 0 } };
  try {
    return await withAdmin(openKafka(config, options), async (admin) => {
      const topics = await admin.listTopics();
      if (!topics.includes(config.topic)) return `no topic "${config.topic}" yet`;
      const {
        topics: [found],
      } = await admin.fetchTopicMetadata({ topics: [config.topic] });
      return `topic "${config.topic}" of ${found?.partitions.length} partitions`;
    });
  } catch (error) {
    throw toKafkaError(error, config, "asking for the topic");
  }
}

async function examineHdfs({ hdfs }: Config): Promise<Finding | readonly Finding[]> {
  if (!hdfs.external && !(await findHdfs())) return describeStopped("HDFS", nameNodePlace);
  const where = `${hdfs.external ? "external" : "running"} at ${listUrls(hdfs).join(",")}`;
  const client = openHdfsClient(hdfs, patienceMs);
  try {
    const path = await checkAccess(client, hdfs);
    await createRenameCheck(client, hdfs)();
    await client.ask("PUT", "MKDIRS", "/"); // changes nothing, but in safe mode it is refused
    const dataNode = await checkDataNode(client, hdfs);
    const found = `${where}, ${path} can be written by ${hdfs.user}, DataNode ${dataNode} answers`;
    return [toFinding("HDFS", "ok", found), ...(hdfs.external ? [await examineVersions(client, hdfs)] : [])];
  } catch (error) {
    const call = { config: hdfs, path: hdfs.lakeDir, doing: "ask for access", timeoutMs: patienceMs };
    return toFinding("HDFS", "missing", where, toHdfsError(error, call).message);
  }
}

/** Whether versions of the tables can be made; in the embedded HDFS the lander allows them by itself. */
async function examineVersions(client: HdfsClient, { lakeDir, user }: HdfsConfig): Promise<Finding> {
  const allow = `hdfs dfsadmin -allowSnapshot ${lakeDir}`;
  try {
    const reply = await client.ask("GET", "GETFILESTATUS", lakeDir);
    const { snapshotEnabled, owner } = v.parse(directoryReply, reply).FileStatus;
    if (snapshotEnabled && owner === user) return toFinding("versions", "ok", `can be made of ${lakeDir}`);
    if (snapshotEnabled) {
      const found = `${lakeDir} belongs to ${owner}: ${user} can't make versions of it`;
      return toFinding("versions", "note", found, "land as its owner, or have it given to this user");
    }
    const advice = `to have tables that stay as they are while others land, an administrator runs, once: ${allow}`;
    return toFinding(
      "versions",
      "note",
      `${lakeDir}: snapshots are not allowed, so that there are none`,
      advice,
    );
  } catch (error) {
    if (!isRemoteError(error, "FileNotFoundException")) throw error;
    const advice = `an administrator runs, once: hdfs dfs -mkdir -p ${lakeDir}, hdfs dfs -chown ${user} ${lakeDir}, ${allow}`;
    return toFinding(
      "versions",
      "note",
      `${lakeDir} is not there yet, and snapshots of it not allowed`,
      advice,
    );
  }
}

const directoryReply = v.object({
  FileStatus: v.object({ snapshotEnabled: v.optional(v.boolean()), owner: v.string() }),
});

/** Asks whether the user may write to the lake's directory, or to the first above it that is there, which is returned. */
async function checkAccess(client: HdfsClient, config: HdfsConfig): Promise<string> {
  for (let path = config.lakeDir; ; path = posix.dirname(path)) {
    try {
      await client.ask("GET", "CHECKACCESS", path, { fsaction: "rwx" });
      return path;
    } catch (error) {
      if (path === "/" || !isRemoteError(error, "FileNotFoundException")) throw error;
    }
  }
}

/**
 * Asks where a new file would go and whether that DataNode can be reached from here. The NameNode makes no file of it: it
 * only says which DataNode to send one to.
 */
async function checkDataNode(client: HdfsClient, { lakeDir }: HdfsConfig): Promise<string> {
  const reply = await client.ask("PUT", "CREATE", `${lakeDir}/_doctor`, {
    noredirect: true,
    overwrite: true,
  });
  const { hostname, port } = new URL((reply as { Location: string }).Location);
  await reach(hostname, Number(port));
  return `${hostname}:${port}`;
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ""), port, timeout: patienceMs });
    socket.on("connect", () => resolve(socket.destroy() && undefined));
    socket.on("timeout", () => socket.destroy(new Error(`DataNode ${host}:${port}: no connection`)));
    socket.on("error", reject);
  });
}

function describeStopped(name: string, place: ProcessPlace): Finding {
  const record = findProcess(place);
  if (!record) return toFinding(name, "ok", "stopped; a command that needs it starts it");
  return toFinding(name, "warning", `process ${record.pid} runs and does not answer`, restartAdvice);
}
