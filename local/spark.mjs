// @ts-check
// npm run spark: the topic landed by Spark, from the same contract to the same tables.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { localDir, setupOrExit } from "./setup/setup.mjs";

const help = `npm run spark [-- --follow] [--replay] [--lake DIR] [--batch OFFSETS] [--every SECONDS]

Lands the topic with Apache Spark, by the contract that CONTRACT names, into a lake directory of its own, and prints the
sum that must hold. The first run sets Spark up in .local/; it needs a Java of version 17 or later.

  --follow         go on with what comes, until Ctrl-C
  --replay         where the latest event counts by the contract: at the end rebuild the tables by those that came later
  --lake DIR       the HDFS directory for the tables (default: LAKE_DIR with "-spark" behind it)
  --batch OFFSETS  at most so many offsets become one commit (default: 1000000)
  --every SECONDS  how often to look for more while following (default: 10)
  --json           print the end as JSON
  --help           this text

SPARK_MASTER_URL names a cluster (spark://host:7077, yarn, k8s://...); by default it runs here, on all cores: local[*].
KAFKA_BROKERS, KAFKA_TOPIC and WEBHDFS_URL are those of the other commands; HADOOP_CONF_DIR, where set, says how HDFS is
reached. docs/scaling.md says when this is worth it.
`;

const options = readOptions();
if (options.help) process.stdout.write(help);
else {
  await setupOrExit();
  await main().catch((error) => fail(/** @type {Error} */ (error).message, 1));
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        follow: { type: "boolean", default: false },
        replay: { type: "boolean", default: false },
        lake: { type: "string" },
        batch: { type: "string", default: "1000000" },
        every: { type: "string", default: "10" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    for (const name of /** @type {const} */ (["batch", "every"]))
      if (!/^[1-9]\d{0,8}$/.test(values[name]))
        throw new Error(`--${name}: expected a whole number above 0, received "${values[name]}"`);
    return values;
  } catch (error) {
    process.stderr.write(`npm run spark: ${/** @type {Error} */ (error).message}\n${help}`);
    process.exit(2);
  }
}

async function main() {
  const { findSparkJava } = await import("user-activity/dist/spark/java.js");
  const java = findSparkJava();
  await setupOrExit({ spark: true });
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { withServices } = await import("user-activity/dist/services/services.js");
  const { readContractFile } = await import("user-activity/dist/contract/read.js");
  const { planJob } = await import("user-activity/dist/spark/job.js");
  const onStart = (/** @type {readonly string[]} */ missing) => {
    process.stderr.write(`starting ${missing.join(" and ")} for this run\n`);
  };
  const work = async () => {
    const config = readConfig();
    const { follow, replay, batch, every, lake = `${config.hdfs.lakeDir}-spark` } = options;
    const master = process.env.SPARK_MASTER_URL || "local[*]";
    const planned = { lake, master, follow, replay, every: `${every} seconds`, batch: Number(batch) };
    const job = planJob(config, readContractFile(config.contractFile), planned);
    process.exitCode = await runJob(config, job, java);
  };
  await withServices(["kafka", "hdfs"], work, { onStart });
}

/**
 * Runs the job and tells what it tells; Spark's own log goes to a file.
 * @param {import("user-activity/dist/base/config.js").Config} config
 * @param {import("user-activity/dist/spark/job.js").SparkJob} job
 * @param {string} java
 * @returns {Promise<number>} the exit code
 */
async function runJob(config, job, java) {
  const { runDir, sparkEnvironment } = await import("user-activity/dist/spark/job.js");
  const script = fileURLToPath(new URL("../spark/land.py", import.meta.url));
  const log = createWriteStream(join(runDir, `spark-${process.pid}.log`));
  const env = { JAVA_HOME: java, ...process.env, ...sparkEnvironment(config) };
  const child = spawn(join(localDir, "spark", "bin", "python"), [script], { cwd: runDir, env });
  for (const name of /** @type {const} */ (["SIGTERM", "SIGHUP"]))
    process.on(name, () => child.kill("SIGTERM"));
  process.on("SIGINT", () => {}); // Ctrl-C reaches the child, too
  child.stdin.end(`${JSON.stringify(job)}\n`);
  child.stderr.pipe(log);
  let hasTold = false;
  for await (const line of createInterface({ input: child.stdout })) hasTold = tell(line) || hasTold;
  const code = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
  if (code !== 0 && !hasTold) fail(`Spark ended with ${code ?? child.signalCode}; its log: ${log.path}`, 1);
  return code ?? 1;
}

/**
 * Tells a person what the job says; true for an error or the end.
 * @param {string} line
 */
function tell(line) {
  const said = line.startsWith("{") ? JSON.parse(line) : {};
  if (said.error) fail(said.error, 1);
  else if (said.done && options.json) process.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
  else if (said.done) {
    process.stdout.write(`${said.lake}, commit ${said.commit}: ${formatSum(said.counts)}\n`);
    if (said.unsettled > 0)
      process.stdout.write(
        `later events that should count instead: ${said.unsettled}; npm run spark -- --replay takes them\n`,
      );
  } else if (said.commit) {
    const what = said.kind === "settle" ? "settled: others count now" : `landed in ${said.seconds} s`;
    process.stderr.write(`commit ${said.commit}: ${what}; ${formatSum(said.counts)}\n`);
  }
  return Boolean(said.error || said.done);
}

/** @param {Record<string, number>} counts */
function formatSum({ consumed = 0, graded = 0, duplicates = 0, quarantined = 0 }) {
  return `consumed ${consumed} = graded ${graded} + duplicates ${duplicates} + quarantined ${quarantined}`;
}

/** @param {string} message @param {number} code */
function fail(message, code) {
  process.stderr.write(`npm run spark: ${message}\n`);
  process.exitCode = code;
}
