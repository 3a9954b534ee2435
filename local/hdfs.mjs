// @ts-check
// The hdfs command line, from the project's own jars: node local/hdfs.mjs dfs -ls /user-activity
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { localDir } from "./setup/setup.mjs";

const help = `node local/hdfs.mjs COMMAND [ARGUMENT ...]

Hadoop's own command line on the HDFS that holds the tables: the embedded one, or that of WEBHDFS_URL.

  dfs       files and directories: -ls, -cat, -get, -du and more; "dfs -help" has them all
  fsck      the blocks of a path (embedded HDFS only)
  dfsadmin  the NameNode and the DataNodes (embedded HDFS only)
`;

/** @type {Record<string, string>} */
const mainClasses = {
  dfs: "org.apache.hadoop.fs.FsShell",
  fsck: "org.apache.hadoop.hdfs.tools.DFSck",
  dfsadmin: "org.apache.hadoop.hdfs.tools.DFSAdmin",
};

const [command = "--help", ...args] = process.argv.slice(2);
const mainClass = mainClasses[command];
if (mainClass) process.exitCode = await run(mainClass).catch((error) => fail(error.message, 1));
else if (command === "--help") process.stdout.write(help);
else
  process.exitCode = fail(
    `expected ${Object.keys(mainClasses).join(", ")}, received "${command}"; try --help`,
    2,
  );

/**
 * Runs a class of Hadoop's on the terminal.
 * @param {string} mainClass
 * @returns {Promise<number>} its exit code
 */
async function run(mainClass) {
  const { readConfig, withoutSecrets } = await import("user-activity/dist/base/config.js");
  const { prepareFolder } = await import("user-activity/dist/base/folders.js");
  const { nameNodePlace } = await import("user-activity/dist/services/hdfs.js");
  const { javaCommand } = await import("user-activity/dist/services/java.js");
  const { readServices } = await import("user-activity/dist/services/services.js");
  const { url, user } = readConfig().hdfs;
  const { state } = (await readServices()).hdfs;
  if (state === "stopped")
    throw new Error('HDFS is not running; start it with "npx user-activity services start"');
  const client = fileURLToPath(new URL("services/hadoop/client", import.meta.url));
  const folders = state === "external" ? [client] : [join(nameNodePlace.directory, "conf"), client];
  // http becomes webhdfs, https swebhdfs
  const address = state === "external" ? ["-fs", url.replace(/^http(s?)/, "$1webhdfs")] : [];
  const logging = `-Dlog4j.configuration=${pathToFileURL(join(client, "log4j.properties"))}`;
  const place = { directory: join(localDir, "hdfs-client"), name: "client" };
  prepareFolder(join(place.directory, "tmp"));
  const main = [mainClass, ...address, ...args];
  const java = javaCommand(place, { service: "hadoop", folders, logging, main });
  const env = { ...withoutSecrets(process.env), HADOOP_USER_NAME: user };
  return spawnSync(java.command, java.args, { stdio: "inherit", env }).status ?? 1;
}

/**
 * @param {string} message
 * @param {number} code
 */
function fail(message, code) {
  process.stderr.write(`hdfs: ${message}\n`);
  return code;
}
