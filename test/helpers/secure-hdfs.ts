import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { formatStorage, javaCommand, waitUntilReady } from "user-activity/dist/services/java";
import {
  choosePorts,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "user-activity/dist/services/processes";
import type { Certificates } from "./certificates";

export interface SecureHdfs {
  /** The NameNode's and the DataNode's process ids. */
  readonly pids: readonly number[];
  /** Valid as WEBHDFS_URL. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * A NameNode and a DataNode of one test file's own that speak HTTPS only, with permissions on and delegation tokens for
 * whoever asks. Data and logs are below `folder`.
 */
export async function startSecureHdfs(folder: string, certificates: Certificates): Promise<SecureHdfs> {
  const directory = join(folder, "secure-hdfs");
  const names = ["https", "rpc", "data", "dataHttps", "dataIpc", "dataProxy"];
  const ports = await choosePorts(Object.fromEntries(names.map((name) => [name, 0])));
  writeSites(directory, ports, certificates);
  const logging = `-Dlog4j.configuration=${pathToFileURL(projectPath("local", "services", "hadoop", "log4j.properties"))}`;
  const folders = [join(directory, "conf"), directory];
  const toSpec = (name: "namenode" | "datanode", ...options: string[]): ProcessSpec => {
    const kind = name === "namenode" ? "namenode.NameNode" : "datanode.DataNode";
    const main = [`org.apache.hadoop.hdfs.server.${kind}`, ...options];
    const place = { directory, name };
    return {
      ...place,
      ...javaCommand(place, { service: "hadoop", folders, logging, main }),
      clusterId: "",
      ports,
    };
  };
  const image = join(directory, "name", "current");
  const isFormatted = () =>
    existsSync(image) && readdirSync(image).some((name) => /^fsimage_\d+$/.test(name));
  await formatStorage(toSpec("namenode", "-format", "-nonInteractive"), isFormatted);
  const servers = [toSpec("namenode"), toSpec("datanode")].map((place) => ({
    place,
    record: startProcess(place),
  }));
  const url = `https://127.0.0.1:${ports.https}`;
  await waitUntilReady(servers, () => canWrite(url, certificates.caPath));
  const stop = async () => {
    for (const { place } of servers.toReversed()) await stopProcess(place);
  };
  return { pids: servers.map(({ record }) => record.pid), url, stop };
}

async function canWrite(url: string, caPath: string): Promise<boolean> {
  const hdfs = openHdfs({ ...readConfig({}).hdfs, url, caPath, external: true });
  try {
    await hdfs.write("/tmp/ready", Buffer.from("ready"));
    return true;
  } catch {
    return false;
  }
}

function writeSites(
  directory: string,
  ports: Readonly<Record<string, number>>,
  { pkcs12Path, password }: Certificates,
): void {
  const at = (port: string) => `127.0.0.1:${ports[port]}`;
  const fixed = readFileSync(projectPath("local", "services", "hadoop", "site.properties"), "utf8").matchAll(
    /^([^#=]+)=(.*)$/gm,
  );
  const site = {
    ...Object.fromEntries([...fixed].map(([, name, value]) => [name, value])),
    "fs.defaultFS": `hdfs://${at("rpc")}`,
    "hadoop.tmp.dir": join(directory, "tmp"),
    "dfs.namenode.name.dir": pathToFileURL(join(directory, "name")).href,
    "dfs.datanode.data.dir": pathToFileURL(join(directory, "data")).href,
    "dfs.http.policy": "HTTPS_ONLY",
    "dfs.namenode.https-address": at("https"),
    "dfs.namenode.rpc-address": at("rpc"),
    "dfs.datanode.address": at("data"),
    "dfs.datanode.https.address": at("dataHttps"),
    "dfs.datanode.ipc.address": at("dataIpc"),
    "dfs.datanode.http.internal-proxy.port": String(ports.dataProxy),
    "dfs.namenode.delegation.token.always-use": "true",
  };
  const ssl = {
    "ssl.server.keystore.type": "pkcs12",
    "ssl.server.keystore.location": pkcs12Path,
    "ssl.server.keystore.password": password,
    "ssl.server.keystore.keypassword": password,
  };
  for (const name of ["conf", "tmp", "webapps/hdfs", "webapps/datanode"])
    mkdirSync(join(directory, name), { recursive: true });
  for (const name of ["core-site", "hdfs-site"])
    writeFileSync(join(directory, "conf", `${name}.xml`), toXml(site));
  writeFileSync(join(directory, "conf", "ssl-server.xml"), toXml(ssl));
}

function toXml(settings: Readonly<Record<string, string>>): string {
  const properties = Object.entries(settings).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`,
  );
  return `<?xml version="1.0"?>\n<configuration>\n${properties.join("\n")}\n</configuration>\n`;
}
