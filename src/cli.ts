import { readFileSync } from "node:fs";
import { Command } from "commander";
import { parseCount, parseSeconds, parseWhole, withNeeded } from "./command-tools";
import { addDescribeCommand } from "./describe-command";
import { addDoctorCommand } from "./doctor-command";
import { addInferCommand } from "./infer-command";
import { interruption } from "./interrupt";
import { projectPath } from "./paths";
import { addQuarantineCommand } from "./quarantine-command";
import { addQueryCommands } from "./query-command";

// what commands do is loaded with the first that runs: help and misuse are told at once
const commands = () => import("./commands.js");
const landingCommands = () => import("./landing-commands.js");

/** The command line: every command with its options and what it does; `parseAsync` runs the one that it is given. */
export function buildProgram(): Command {
  const program = new Command("user-activity")
    .description("Takes assessment events from Kafka to tables in HDFS.")
    .version(readVersion())
    .helpCommand(false)
    .configureOutput({ outputError: () => undefined }) // told in one line by main
    .exitOverride()
    .addHelpText("after", environmentHelp);
  addServices(program);
  program
    .command("publish <file>")
    .description(
      "publishes the records of a JSON array or JSON lines file; what the topic holds already is left out",
    )
    .option("--again", "publish every record once more, as a new delivery")
    .option("--per-second <messages>", "publish no faster than this", parseCount)
    .option("--json", "print JSON: path, sha256, records, published, alreadyThere, topic, bytes, ms")
    .action(async (file, options) => (await commands()).runPublish(file, options));
  addInferCommand(program, { withNeeded, signal: interruption });
  addLand(program);
  program
    .command("verify")
    .description("recomputes every table from raw_data and compares; exit code 1 on any difference")
    .option(
      "--json",
      "print JSON: ok, isSchemaOther (landed by another schema than today's), checks (table, expected, received, ok, difference), counts",
    )
    .action(async (options) => (await commands()).runVerify(options));
  addReplay(program);
  addDescribeCommand(program, { withNeeded, signal: interruption });
  addQueryCommands(program, { withNeeded, signal: interruption });
  addQuarantineCommand(program, { withNeeded, signal: interruption });
  program
    .command("status")
    .description("shows services, topic (offsets, lag) and the landed datasets")
    .option(
      "--json",
      "print JSON: services (as of services status), topic, lake, problem; null where there is none",
    )
    .action(async (options) => (await commands()).runStatus(options));
  addDoctorCommand(program);
  program
    .command("reset")
    .description("deletes the topic and the lake directory: what was published and landed is gone")
    .option("--yes", "do it; without it, only says what would be deleted")
    .action(async (options) => (await commands()).runReset(options));
  return program;
}

const giveUpOption = [
  "--give-up <seconds>",
  "how long is tried again what may pass, such as a server that is restarted",
  parseSeconds,
  120,
] as const;

function addLand(program: Command): void {
  program
    .command("land")
    .description("lands what the topic holds, up to its end now, as tables in HDFS; or follows it")
    .option("--follow", "go on as messages arrive, until Ctrl-C or SIGTERM, which commit what is gathered")
    .option(
      "--batch <messages>",
      "commit as soon as this many messages are gathered (default: 50000, with --follow 10000)",
      parseCount,
    )
    .option("--every <seconds>", "with --follow: commit so long after a first message", parseSeconds, 10)
    .option(
      "--compact-every <commits>",
      "with --follow: merge small files after so many commits; 0 for never",
      parseWhole,
      100,
    )
    .option(...giveUpOption)
    .option(
      "--json",
      "print JSON: topic, lakeDir, consumed, commits, ms, datasets (table, rows, files, bytes, path), counts, sumHolds, commit, committedAt, memory (rssBytes, peakRssBytes)",
    )
    .action(async (options) => (await landingCommands()).runLand(options));
  program
    .command("compact")
    .description("merges small part files into few; a running lander goes on")
    .option(
      "--target-mb <MiB>",
      "size of merged files; files of half of it are left as they are",
      parseCount,
      128,
    )
    .option(...giveUpOption)
    .option("--json", "print JSON: lakeDir, tables (table, filesBefore, filesAfter), commit, ms")
    .action(async (options) => (await landingCommands()).runCompact(options));
}

function addReplay(program: Command): void {
  program
    .command("replay")
    .description(
      "holds every message of raw_data to the schema as it is now: what it accepts leaves quarantine",
    )
    .option("--again", "rebuild the tables even where they are held to this schema already")
    .option(...giveUpOption)
    .option("--json", "print JSON: lakeDir, before and after (counts, rowCounts), commit, ms")
    .action(async (options) => (await landingCommands()).runReplay(options));
}

const environmentHelp = `
Environment (defaults in brackets):
  KAFKA_BROKERS [127.0.0.1:9092]         brokers of an existing cluster; then none is started here
  KAFKA_TOPIC [assessments]
  KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SSL_CA
  WEBHDFS_URL [http://127.0.0.1:9870]    NameNode of an existing cluster; then none is started here
  HDFS_USER [the login name], HDFS_DELEGATION_TOKEN, WEBHDFS_CA
  LAKE_DIR [/user-activity]              HDFS directory that holds the tables
  EVENTS_FILE [data/assessments.json]    what notebooks publish; by default nothing into a topic or lake of your own

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 failed, 2 misused, 130 and 143 interrupted.`;

function addServices(program: Command): void {
  const keys = "print JSON: kafka (state, brokers, logs), hdfs (state, webhdfsUrl, logs)";
  const services = program.command("services").description("the embedded Kafka and HDFS").helpCommand(false);
  services
    .command("start")
    .description("starts what is not running, returns when all is ready and leaves it running")
    .option("--json", keys)
    .action(async (options) => (await commands()).runStart(options));
  services
    .command("stop")
    .description("stops them gracefully; their data stays")
    .action(async () => (await commands()).runStop());
  services
    .command("status")
    .description("says whether they run, and where")
    .option("--json", keys)
    .action(async (options) => (await commands()).runServicesStatus(options));
}

function readVersion(): string {
  const text = readFileSync(projectPath("src", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
