import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { text } from "node:stream/consumers";
import { type HdfsConfig, listUrls, readAuthority } from "../base/config";
import { ServiceError } from "../base/errors";
import { quote } from "../contract/failures";

/** The setting as the page has it, be it among all others. */
const setting = /<name>fs\.defaultFS<\/name>\s*<value>(\w+:\/\/[^<\s/]+)\/?<\/value>/;

const timeoutMs = 10_000;

/**
 * The address of an HDFS in Hadoop's own protocol, as in hdfs://127.0.0.1:8020 or, of several NameNodes, hdfs://cluster:
 * the one that ICEBERG names, else what the NameNode has as fs.defaultFS, which leaves out the port 8020. Without a slash at its end.
 */
export async function findAddress(config: HdfsConfig): Promise<string> {
  const { iceberg } = config;
  if (iceberg && iceberg !== "on") return iceberg.replace(/\/$/, "");
  const failures: unknown[] = [];
  for (const url of listUrls(config)) {
    try {
      const page = await askConfiguration(config, url);
      const [, address] = setting.exec(page) ?? [];
      if (address) return address;
      throw new Error(page.trim());
    } catch (error) {
      failures.push(error);
    }
  }
  const { message } = failures[0] as Error;
  throw new ServiceError(
    `hdfs ${config.url}/conf: expected fs.defaultFS, received ${quote(message)}; say what paths are to begin with: ICEBERG=hdfs://NAMENODE:8020`,
    { cause: failures[0] },
  );
}

/** A setting of the NameNode's, from the page on which it shows them. */
function askConfiguration(config: HdfsConfig, url: string): Promise<string> {
  const ca = readAuthority("WEBHDFS_CA", config.caPath);
  const options = { timeout: timeoutMs, ...(ca ? { ca } : {}) };
  return new Promise((resolve, reject) => {
    const get = url.startsWith("https:") ? getSecure : getPlain;
    const request = get(`${url}/conf?name=fs.defaultFS`, options, (answer) => {
      if (answer.statusCode === 200) return resolve(text(answer));
      answer.resume();
      reject(new Error(`status ${answer.statusCode}`));
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
  });
}
