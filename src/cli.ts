import { Command, CommanderError, InvalidArgumentError } from "commander";
import { readConfig } from "./config";
import { UsageError, UserActivityError } from "./errors";
import { openLake, resetLake } from "./lake";
import { land } from "./land";
import { withProgress } from "./progress";
import { publishFile } from "./publish";
import {
  formatCount,
  formatLake,
  formatMegabytes,
  formatSeconds,
  formatServices,
  formatTopic,
  formatVerify,
} from "./report";
import { readServices, type ServiceName, startServices, stopServices, withServices } from "./services";
import { readLakeStatus, readStatus } from "./status";
import { resetTopic } from "./stream";
import { verify } from "./verify";

interface JsonOption {
  readonly json?: true;
}

const interrupted = new AbortController();

function buildProgram(): Command {
  const program = new Command("user-activity")
    .description("Takes assessment events from Kafka to tables in HDFS.")
    .helpCommand(false)
    .showHelpAfterError('(try "user-activity --help")')
    .exitOverride()
    .addHelpText("after", environmentHelp);
  addServices(program);
  program
    .command("publish <file>")
    .description(
      "publishes the records of a JSON array or JSON lines file; what the topic holds already is left out",
    )
    .option("--again", "publish every record once more, as a new delivery")
    .option("--json", "print the result as JSON")
    .action(runPublish);
  program
    .command("land")
    .description("lands what the topic holds, up to its end now, as tables in HDFS")
    .option("--batch <messages>", "commit after this many messages at the latest", parseCount, 50_000)
    .option("--json", "print the result as JSON, with the memory of the process")
    .action(runLand);
  program
    .command("verify")
    .description("recomputes every table from raw_data and compares; exit code 1 on any difference")
    .option("--json", "print the result as JSON")
    .action(runVerify);
  program
    .command("status")
    .description("shows services, topic (offsets, lag) and the landed datasets")
    .option("--json", "print it as JSON")
    .action(runStatus);
  program
    .command("reset")
    .description("deletes the topic and the lake directory: what was published and landed is gone")
    .option("--yes", "do it; without it, only says what would be deleted")
    .action(runReset);
  return program;
}

const environmentHelp = `
Environment (defaults in brackets):
  KAFKA_BROKERS [127.0.0.1:9092]         brokers of an existing cluster; then none is started here
  KAFKA_TOPIC [assessments]
  KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SSL_CA
  WEBHDFS_URL [http://127.0.0.1:9870]    NameNode of an existing cluster; then none is started here
  HDFS_USER [the login name], HDFS_DELEGATION_TOKEN, WEBHDFS_CA
  LAKE_DIR [/user-activity]              HDFS directory that holds the tables

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 failed, 2 misused.`;

function addServices(program: Command): void {
  const services = program.command("services").description("the embedded Kafka and HDFS").helpCommand(false);
  services
    .command("start")
    .description("starts what is not running, returns when all is ready and leaves it running")
    .option("--json", "print the status as JSON")
    .action(runStart);
  services
    .command("stop")
    .description("stops them gracefully; their data stays")
    .action(() =>
      withProgress(
        "stopping Kafka and HDFS",
        () => stopServices(),
        () => "Kafka and HDFS are stopped",
      ),
    );
  services
    .command("status")
    .description("says whether they run, and where")
    .option("--json", "print it as JSON")
    .action(async (options: JsonOption) => print(await readServices(), options, formatServices));
}

async function runStart(options: JsonOption): Promise<void> {
  await withProgress(
    "starting Kafka and HDFS",
    () => startServices(["kafka", "hdfs"], interrupted.signal),
    (started) => (started.length > 0 ? `started ${started.join(" and ")}` : "nothing to start"),
  );
  print(await readServices(), options, formatServices);
}

async function runPublish(file: string, options: JsonOption & { again?: true }): Promise<void> {
  const result = await withNeeded(["kafka"], () =>
    withProgress(
      `publishing ${file}`,
      (progress) =>
        publishFile(file, {
          config: readConfig().kafka,
          ...(options.again ? { again: true } : {}),
          signal: interrupted.signal,
          onProgress: ({ published, total }) =>
            progress.tell(`published ${formatCount(published)} of ${formatCount(total)}`),
        }),
      ({ published, alreadyThere, ms }) =>
        `published ${formatCount(published)}, already there ${formatCount(alreadyThere)} (${formatSeconds(ms)})`,
    ),
  );
  const { records, published, alreadyThere, topic } = result;
  print(
    result,
    options,
    () => `${records} records: ${published} published, ${alreadyThere} already in topic ${topic}`,
  );
}

async function runLand(options: JsonOption & { batch: number }): Promise<void> {
  await withNeeded(["kafka", "hdfs"], async () => {
    const { state, ...report } = await withProgress(
      "landing",
      (progress) =>
        land({
          batchMessages: options.batch,
          signal: interrupted.signal,
          onProgress: ({ consumed, total, commit }) =>
            progress.tell(
              `landing: ${formatCount(consumed)} of ${formatCount(total)} offsets, last commit ${commit}`,
            ),
        }),
      ({ consumed, ms }) => `landed ${formatCount(consumed)} messages in ${formatSeconds(ms)}`,
    );
    const lake = await readLakeStatus();
    if (!lake) return;
    const memory = {
      rssBytes: process.memoryUsage.rss(),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    print({ ...report, ...lake, memory }, options, () => {
      return `${formatLake(lake)}\nlanded in ${formatSeconds(report.ms)}, at most ${formatMegabytes(memory.peakRssBytes)} of memory`;
    });
    if (!lake.sumHolds) process.exitCode = 1;
  });
}

async function runVerify(options: JsonOption): Promise<void> {
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "verifying",
      (progress) => verify({ onProgress: (table) => progress.tell(`verifying ${table}`) }),
      ({ ok }) =>
        ok ? "every table equals what raw_data gives" : "the tables differ from what raw_data gives",
    );
    print(report, options, formatVerify);
    if (!report.ok) process.exitCode = 1;
  });
}

async function runStatus(options: JsonOption): Promise<void> {
  print(await readStatus(), options, ({ services, topic, lake }) =>
    [
      formatServices(services),
      topic ? formatTopic(topic) : "topic: nothing published yet, or Kafka is stopped",
      lake ? formatLake(lake) : "lake: nothing landed yet, or HDFS is stopped",
    ].join("\n"),
  );
}

async function runReset(options: { yes?: true }): Promise<void> {
  const { kafka, hdfs } = readConfig();
  const what = `topic ${kafka.topic} at ${kafka.brokers.join(",")} and ${hdfs.lakeDir} at ${hdfs.url}`;
  if (!options.yes) throw new UsageError(`reset: would delete ${what}; add --yes to do it`);
  await withNeeded(["kafka", "hdfs"], async () => {
    await withProgress(
      "resetting",
      async () => {
        await resetTopic(kafka);
        await resetLake(openLake(hdfs));
      },
      () => `deleted ${what}`,
    );
  });
}

/** Starts what the command needs and is not running, and stops it again after the command. */
async function withNeeded<T>(needed: readonly ServiceName[], work: () => Promise<T>): Promise<T> {
  const onStart = (missing: readonly ServiceName[]) => {
    process.stderr.write(
      `starting ${missing.join(" and ")} for this command ("user-activity services start" keeps them running)\n`,
    );
  };
  return withServices(needed, work, { onStart, signal: interrupted.signal });
}

function print<T>(result: T, options: JsonOption, format: (result: T) => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : format(result)}\n`);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Expected a whole number above 0.");
}

/** The first Ctrl-C or SIGTERM lets the work end in order, the second ends at once. */
function onSignal(signal: NodeJS.Signals): void {
  const exitCode = signal === "SIGINT" ? 130 : 143;
  if (interrupted.signal.aborted) process.exit(exitCode);
  process.exitCode = exitCode;
  process.stderr.write(`\n${signal}: ending in order; once more to end at once\n`);
  interrupted.abort(
    new UserActivityError(
      `interrupted by ${signal}; what was committed stays, the next run goes on from there`,
    ),
  );
}

async function main(): Promise<void> {
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(error as Error);
  }
}

function fail(error: Error): void {
  const isOurs = error instanceof UserActivityError;
  const isDebug = Boolean(process.env.USER_ACTIVITY_DEBUG);
  process.stderr.write(`user-activity: ${isDebug ? error.stack : error.message}\n`);
  if (!isOurs && !isDebug) process.stderr.write("(USER_ACTIVITY_DEBUG=1 shows where)\n");
  // a client that still retries in the background would keep the process alive
  process.exit(process.exitCode || (isOurs ? error.exitCode : 1));
}

void main();
