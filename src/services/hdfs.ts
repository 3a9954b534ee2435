import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { createFolder, emptyFolder, prepareFolder } from "../base/folders";
import { projectPath, servicesDir } from "../base/paths";
import { escapeHtml } from "../base/text";
import { formatStorage, javaCommand, readProperties, type Server, waitFor, waitUntilReady } from "./java";
import {
  choosePorts,
  findProcess,
  type ProcessPlace,
  type ProcessRecord,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "./processes";

const directory = join(servicesDir, "hdfs");
const imageFolder = join(directory, "name", "current");

/** Where the embedded NameNode and DataNode keep configuration, logs and data: one folder for both. */
export const nameNodePlace = { directory, name: "namenode" };
export const dataNodePlace = { directory, name: "datanode" };

/** The ports by name, unless they are taken: WebHDFS, Hadoop's own protocol, and the DataNode's three. */
export const hdfsPorts = { http: 9870, rpc: 8020, data: 9866, dataHttp: 9864, dataIpc: 9867 } as const;

/** The embedded HDFS, if both run and the NameNode answers with the cluster id on record; a slow one is asked three times. */
export async function findHdfs(): Promise<ProcessRecord | undefined> {
  for (let tries = 3; tries > 0; tries--) {
    const [nameNode] = findServers();
    if (!nameNode) return undefined;
    if (await isAnswering(nameNode.record)) return nameNode.record;
  }
  return undefined;
}

/** Whether a NameNode and a DataNode that run already and do not answer yet come to answer. */
export async function awaitHdfs(signal?: AbortSignal): Promise<boolean> {
  const servers = findServers();
  const [nameNode] = servers;
  return nameNode !== undefined && waitFor(servers, () => isReady(nameNode.record), signal);
}

/** Starts NameNode and DataNode on their data and waits until a file can be written; WebHDFS is on 9870 unless taken. */
export async function startHdfs(signal?: AbortSignal): Promise<ProcessRecord> {
  prepareFolder(directory);
  const ports = await choosePorts({ ...hdfsPorts, dataProxy: 0 });
  writeSiteConfig(ports);
  if (!isFormatted()) {
    rmSync(join(directory, "name"), { recursive: true, force: true }); // left by a format that was cut
    const clusterId = `CID-${randomUUID()}`;
    const options = ["-format", "-nonInteractive", "-clusterid", clusterId];
    await formatStorage(nodeProcess(nameNodePlace, options, clusterId, ports), isFormatted, signal);
  }
  const start = (place: ProcessPlace) => ({
    place,
    record: startProcess(nodeProcess(place, [], readClusterId(), ports)),
  });
  const nameNode = start(nameNodePlace);
  await waitUntilReady([nameNode, start(dataNodePlace)], () => isReady(nameNode.record), signal);
  return nameNode.record;
}

/** Stops the DataNode, then the NameNode. */
export async function stopHdfs(): Promise<void> {
  await stopProcess(dataNodePlace);
  await stopProcess(nameNodePlace);
}

/** NameNode and DataNode, in this order; none where one of them does not run. */
function findServers(): Server[] {
  const servers = [nameNodePlace, dataNodePlace].flatMap((place) => {
    const record = findProcess(place);
    return record ? [{ place, record }] : [];
  });
  return servers.length === 2 ? servers : [];
}

function nodeProcess(
  place: ProcessPlace,
  options: string[],
  clusterId: string,
  ports: Record<string, number>,
): ProcessSpec {
  const logging = `-Dlog4j.configuration=${pathToFileURL(projectPath("local", "services", "hadoop", "log4j.properties"))}`;
  const kind = place.name === "namenode" ? "namenode.NameNode" : "datanode.DataNode";
  const main = [`org.apache.hadoop.hdfs.server.${kind}`, ...options];
  const folders = [join(directory, "conf"), directory];
  return { ...place, ...javaCommand(place, { service: "hadoop", folders, logging, main }), clusterId, ports };
}

/** A format ends with the first image of the (empty) file system; before that, all is as if there had been none. */
function isFormatted(): boolean {
  return existsSync(imageFolder) && readdirSync(imageFolder).some((name) => /^fsimage_\d+$/.test(name));
}

function readClusterId(): string {
  return /^clusterID=(.+)$/m.exec(readFileSync(join(imageFolder, "VERSION"), "utf8"))?.[1] ?? "";
}

async function isReady(nameNode: ProcessRecord): Promise<boolean> {
  return (await isAnswering(nameNode)) && (await canWrite(urlOf(nameNode)));
}

async function isAnswering(nameNode: ProcessRecord): Promise<boolean> {
  return (await readHdfsClusterId(urlOf(nameNode))) === nameNode.clusterId;
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

/** The settings of the embedded HDFS: the fixed ones of local/services/hadoop and this start's addresses and folders. */
export function hdfsSettings(ports: Readonly<Record<string, number>>): Record<string, string> {
  const at = (port: string) => `127.0.0.1:${ports[port]}`;
  return {
    ...readProperties(projectPath("local", "services", "hadoop", "site.properties")),
    "fs.defaultFS": `hdfs://${at("rpc")}`,
    "hadoop.tmp.dir": join(directory, "tmp"),
    "dfs.namenode.name.dir": folderUrl("name"),
    "dfs.datanode.data.dir": dataUrl(),
    "dfs.namenode.http-address": at("http"),
    "dfs.namenode.rpc-address": at("rpc"),
    "dfs.datanode.address": at("data"),
    "dfs.datanode.http.address": at("dataHttp"),
    "dfs.datanode.ipc.address": at("dataIpc"),
    "dfs.datanode.http.internal-proxy.port": String(ports.dataProxy),
  };
}

/** core-site.xml and hdfs-site.xml both hold all settings. */
function writeSiteConfig(ports: Record<string, number>): void {
  const properties = Object.entries(hdfsSettings(ports)).map(([name, value]) => {
    return `  <property><name>${name}</name><value>${escapeHtml(value)}</value></property>`;
  });
  const xml = `<?xml version="1.0"?>\n<configuration>\n${properties.join("\n")}\n</configuration>\n`;
  // the servers look for empty folders webapps/hdfs and webapps/datanode on their class path
  for (const folder of ["conf", "webapps/hdfs", "webapps/datanode"]) createFolder(join(directory, folder));
  emptyFolder(join(directory, "tmp"));
  for (const name of ["core-site.xml", "hdfs-site.xml"]) writeFileSync(join(directory, "conf", name), xml);
}

/** As a URL; a comma in it would separate two folders. */
function folderUrl(name: string): string {
  return pathToFileURL(join(directory, name)).href.replaceAll(",", "%2C");
}

/** The DataNode fails where this URL needs a "%": Linux has another name for the folder that a process runs in. */
function dataUrl(): string {
  const url = folderUrl("data");
  if (!url.includes("%")) return url;
  if (existsSync("/proc/self/cwd")) return "file:///proc/self/cwd/data";
  throw new ServiceError(
    `${directory}: the DataNode takes only plain letters and digits here; move the project`,
  );
}
