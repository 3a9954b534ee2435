import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { readConfig } from "./config";
import { classPath, findJava, waitUntilReady } from "./java";
import { localDir, projectPath } from "./paths";
import { choosePort, findProcess, type ProcessRecord, startProcess, stopProcess } from "./processes";

const run = promisify(execFile);
const directory = join(localDir, "services", "hdfs");

/** Where the embedded NameNode and DataNode keep configuration, logs and data: one folder for both. */
export const nameNodePlace = { directory, name: "namenode" };
export const dataNodePlace = { directory, name: "datanode" };

/** The embedded HDFS, if both its processes run and the NameNode answers with the cluster id on record. */
export async function findHdfs(): Promise<ProcessRecord | undefined> {
  const record = findProcess(nameNodePlace);
  if (!record || !findProcess(dataNodePlace)) return undefined;
  return (await readHdfsClusterId(urlOf(record))) === record.clusterId ? record : undefined;
}

/** Starts NameNode and DataNode on their data and waits until a file can be written; WebHDFS is on 9870 unless taken. */
export async function startHdfs(signal?: AbortSignal): Promise<ProcessRecord> {
  const clusterId = readOrMakeClusterId();
  const ports = await choosePorts();
  writeSiteConfig(ports);
  if (!existsSync(join(directory, "name", "current", "VERSION"))) {
    rmSync(join(directory, "name"), { recursive: true, force: true }); // left by a format that was cut
    const java = javaCommand(nameNodePlace.name);
    const format = [
      "org.apache.hadoop.hdfs.server.namenode.NameNode",
      "-format",
      "-nonInteractive",
      "-clusterid",
    ];
    await run(java.command, [...java.args, ...format, clusterId]);
  }
  const nameNode = startNode(nameNodePlace, clusterId, ports);
  const dataNode = startNode(dataNodePlace, clusterId, ports);
  try {
    await waitUntilReady(nameNodePlace, nameNode, { isReady: () => isAnswering(nameNode), signal });
    await waitUntilReady(dataNodePlace, dataNode, { isReady: () => canWrite(urlOf(nameNode)), signal });
  } catch (error) {
    await stopHdfs();
    throw error;
  }
  return nameNode;
}

/** Stops the DataNode, then the NameNode. */
export async function stopHdfs(): Promise<void> {
  await stopProcess(dataNodePlace);
  await stopProcess(nameNodePlace);
}

function startNode(
  place: typeof nameNodePlace,
  clusterId: string,
  ports: Record<string, number>,
): ProcessRecord {
  const java = javaCommand(place.name);
  const kind = place.name === "namenode" ? "namenode.NameNode" : "datanode.DataNode";
  const args = [...java.args, `org.apache.hadoop.hdfs.server.${kind}`];
  return startProcess({ ...place, command: java.command, args, clusterId, ports });
}

async function isAnswering(record: ProcessRecord): Promise<boolean> {
  return (await readHdfsClusterId(urlOf(record))) === record.clusterId;
}

function urlOf(record: ProcessRecord): string {
  return `http://127.0.0.1:${record.ports.http}`;
}

/** The cluster id that the NameNode tells through JMX; undefined where none answers within two seconds. */
async function readHdfsClusterId(url: string): Promise<string | undefined> {
  try {
    const query = "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo";
    const reply = await fetch(url + query, { signal: AbortSignal.timeout(2000) });
    const { beans } = (await reply.json()) as { beans: { ClusterId?: string }[] };
    return beans[0]?.ClusterId;
  } catch {
    return undefined;
  }
}

/** Readiness is a real write: a file is created through WebHDFS, on a DataNode, and removed again. */
async function canWrite(url: string): Promise<boolean> {
  const { user } = readConfig({}).hdfs;
  const path = `${url}/webhdfs/v1/tmp/.ready-${process.pid}?user.name=${encodeURIComponent(user)}`;
  try {
    const location = await send("PUT", `${path}&op=CREATE&noredirect=true&overwrite=true`);
    const dataNode = (JSON.parse(location.body) as { Location: string }).Location;
    const created = await send("PUT", dataNode, "ready");
    await send("DELETE", `${path}&op=DELETE`);
    return created.status === 201;
  } catch {
    return false;
  }
}

function send(method: string, url: string, body = ""): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, timeout: 5000 }, (reply) => {
      reply.setEncoding("utf8");
      let text = "";
      reply.on("data", (part: string) => {
        text += part;
      });
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body: text }));
    });
    call.on("error", reject).on("timeout", () => call.destroy(new Error("timeout")));
    call.end(body);
  });
}

function javaCommand(name: string): { command: string; args: string[] } {
  const args = [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    `-Dservice.log=${join(directory, `${name}.log`)}`,
    `-Dlog4j.configuration=file:${projectPath("local", "hadoop", "log4j.properties")}`,
    "-cp",
    `${join(directory, "conf")}:${directory}:${classPath("hadoop")}`,
  ];
  return { command: findJava(), args };
}

async function choosePorts(): Promise<Record<string, number>> {
  return {
    http: await choosePort(9870),
    rpc: await choosePort(8020),
    data: await choosePort(9866),
    dataHttp: await choosePort(9864),
    dataIpc: await choosePort(9867),
    dataProxy: await choosePort(0),
  };
}

/** core-site.xml and hdfs-site.xml: the fixed settings of local/hadoop and this start's addresses and folders. */
function writeSiteConfig(ports: Record<string, number>): void {
  const at = (port: string) => `127.0.0.1:${ports[port]}`;
  const settings = {
    ...readProperties(projectPath("local", "hadoop", "site.properties")),
    "fs.defaultFS": `hdfs://${at("rpc")}`,
    "hadoop.tmp.dir": join(directory, "tmp"),
    "dfs.namenode.name.dir": `file://${join(directory, "name")}`,
    "dfs.datanode.data.dir": `file://${join(directory, "data")}`,
    "dfs.namenode.http-address": at("http"),
    "dfs.namenode.rpc-address": at("rpc"),
    "dfs.datanode.address": at("data"),
    "dfs.datanode.http.address": at("dataHttp"),
    "dfs.datanode.ipc.address": at("dataIpc"),
    "dfs.datanode.http.internal-proxy.port": String(ports.dataProxy),
  };
  const properties = Object.entries(settings).map(([name, value]) => {
    return `  <property><name>${name}</name><value>${escapeXml(value)}</value></property>`;
  });
  const xml = `<?xml version="1.0"?>\n<configuration>\n${properties.join("\n")}\n</configuration>\n`;
  // the servers look for empty folders webapps/hdfs and webapps/datanode on their class path
  for (const folder of ["conf", "webapps/hdfs", "webapps/datanode"])
    mkdirSync(join(directory, folder), { recursive: true });
  for (const name of ["core-site.xml", "hdfs-site.xml"]) writeFileSync(join(directory, "conf", name), xml);
}

function readProperties(path: string): Record<string, string> {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes("=") && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function escapeXml(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function readOrMakeClusterId(): string {
  const path = join(directory, "cluster-id");
  mkdirSync(directory, { recursive: true });
  if (!existsSync(path)) writeFileSync(path, `CID-${randomUUID()}`);
  return readFileSync(path, "utf8");
}
