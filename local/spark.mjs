// @ts-check
// npm run spark: the topic landed by Spark, from the same contract to the same tables.
import { parseArgs } from "node:util";
import { setupOrExit } from "./setup/setup.mjs";

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
  findSparkJava(); // before anything is downloaded
  await setupOrExit({ spark: true });
  const { landWithSpark } = await import("user-activity/dist/spark/run.js");
  const { withServices } = await import("user-activity/dist/services/services.js");
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { readContractFile } = await import("user-activity/dist/contract/read.js");
  const { fingerprintContract } = await import("user-activity/dist/events/fingerprint.js");
  const { formatSum, landedWord } = await import("user-activity/dist/lake/counts.js");
  const word = landedWord(fingerprintContract(readContractFile(readConfig().contractFile)));
  const toSum = (/** @type {import("user-activity/dist/lake/counts.js").Counts} */ counts) =>
    formatSum(counts, word);
  const onStart = (/** @type {readonly string[]} */ missing) => {
    process.stderr.write(`starting ${missing.join(" and ")} for this run\n`);
  };
  const stopping = new AbortController();
  for (const name of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(name, () => stopping.abort());
  process.on("SIGINT", () => {}); // Ctrl-C reaches Spark, too
  const { follow, replay, batch, every, lake } = options;
  const work = () =>
    landWithSpark({
      ...(lake ? { lake } : {}),
      master: process.env.SPARK_MASTER_URL || "local[*]",
      ...{ follow, replay, batch: Number(batch), every: `${every} seconds` },
      onCommit: ({ commit, kind, seconds, counts }) => {
        const what = kind === "settle" ? "settled: others count now" : `landed in ${seconds} s`;
        process.stderr.write(`commit ${commit}: ${what}; ${toSum(counts)}\n`);
      },
      signal: stopping.signal,
    });
  const report = await withServices(["kafka", "hdfs"], work, { onStart });
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : toText(report, toSum));
}

/**
 * What a person reads at the end.
 * @param {import("user-activity/dist/spark/run.js").SparkReport} report
 * @param {(counts: import("user-activity/dist/lake/counts.js").Counts) => string} toSum
 */
function toText({ lake, commit, counts, unsettled = 0 }, toSum) {
  const sum = `${lake}, commit ${commit}: ${toSum(counts)}\n`;
  if (unsettled === 0) return sum;
  return `${sum}later events that should count instead: ${unsettled}; npm run spark -- --replay takes them\n`;
}

/** @param {string} message @param {number} code */
function fail(message, code) {
  process.stderr.write(`npm run spark: ${message}\n`);
  process.exitCode = code;
}
