import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { ensureTopic, readOffsets } from "user-activity/dist/kafka/topics";
import { type Commit, commitFormat, commitName } from "user-activity/dist/lake/commit-file";
import { listParts, openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { publishFile } from "user-activity/dist/publish/publish";
import { tables } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { assertFailure, type CliOptions, parseResult, runCli } from "../helpers/cli-process";
import { eventsFile, ownConfig, ownFolder } from "../helpers/live-lake";
import { shippedCounts, shippedSum } from "../helpers/shipped";

/** Runs a command on the topic and the lake of a configuration. */
function runOn({ kafka, hdfs }: Config, args: string, { env, ...options }: CliOptions = {}) {
  const place = { KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir, ...env };
  return runCli(args.split(" "), { ...options, env: place });
}

function writeRecords(records: readonly unknown[]): string {
  const path = join(ownFolder(), "records.json");
  writeFileSync(path, JSON.stringify(records));
  return path;
}

/** A topic and a lake in which a graded, a doubled and a refused event are landed. */
async function landSmall(name: string): Promise<Config> {
  const config = ownConfig(name);
  const file = writeRecords([anEvent(), anEvent(), { ...withoutCounts(), user_exam_id: "a-2" }]);
  await publishFile(file, { config: config.kafka });
  await land({ config });
  return config;
}

async function countMessages({ kafka }: Config): Promise<number> {
  return (await readOffsets(kafka)).reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

describe("from a file to verified tables", () => {
  test("every command prints its result on stdout, for people and as JSON with its own keys", async () => {
    const config = ownConfig("cli");
    const published = parseResult(await runOn(config, `publish ${eventsFile} --json`));
    assert.deepEqual(Object.keys(published), [
      "path",
      "sha256",
      "records",
      "published",
      "alreadyThere",
      "topic",
      "bytes",
      "ms",
    ]);
    assert.deepEqual([published.records, published.published, published.alreadyThere], [3280, 3280, 0]);
    const again = await runOn(config, `publish ${eventsFile}`);
    assert.equal(again.stdout, `3280 records: 0 published, 3280 already in topic ${config.kafka.topic}\n`);

    const report = parseResult(await runOn(config, "land --json"));
    const { memory, ms, waiting, skipped, graded, refused, ...landed } = report;
    assert.deepEqual([waiting, skipped, graded], [[], [], shippedCounts.graded]);
    const { messages, largest } = refused as { messages: number; largest: { messages: number } };
    assert.deepEqual([messages, largest.messages], [shippedCounts.quarantined, shippedCounts.quarantined]);
    assert.deepEqual(Object.keys(landed), [
      "topic",
      "lakeDir",
      "consumed",
      "commits",
      "contract",
      "datasets",
      "counts",
      "gaps",
      "crossingConflicts",
      "isSettled",
      "sumHolds",
      "warnings",
      "unknown",
      "later",
      "commit",
      "committedAt",
      "versions",
    ]);
    assert.deepEqual(Object.keys(memory as object), ["rssBytes", "peakRssBytes"]);
    assert.equal(typeof ms, "number");
    const { consumed } = shippedCounts;
    assert.deepEqual([landed.consumed, landed.counts, landed.sumHolds], [consumed, shippedCounts, true]);
    const text = await runOn(config, "land");
    assert.match(text.stdout, /│ raw_data +│ +3,280 │ +1 │/);
    assert.ok(text.stdout.includes(`\n${shippedSum}\n`), text.stdout);
    assert.match(text.stderr, /^… landing\n✓ landed 0 messages in \d+\.\d s\n$/);

    const verified = parseResult(await runOn(config, "verify --json"));
    assert.deepEqual(Object.keys(verified), [
      "ok",
      "isSchemaOther",
      "checks",
      "counts",
      "topic",
      "gaps",
      "crossingConflicts",
      "isSettled",
      "beyond",
    ]);
    assert.deepEqual([verified.ok, verified.isSchemaOther, verified.counts], [true, false, shippedCounts]);
    assert.deepEqual(verified.beyond, { topic: config.kafka.topic, offsets: 0, partitions: [] });
    assert.deepEqual((verified.checks as object[]).map(Object.keys), [
      ...Array(5).fill(["table", "expected", "received", "ok", "difference"]),
    ]);

    const status = parseResult(await runOn(config, "status --json"));
    assert.deepEqual(Object.keys(status), ["services", "topic", "lake", "problem"]);
    const { topic, lake, problem } = status as {
      topic: { partitions: object[] };
      lake: object;
      problem: unknown;
    };
    assert.deepEqual(Object.keys(topic.partitions[0] ?? {}), [
      "partition",
      "low",
      "readable",
      "highWatermark",
      "waiting",
      "committed",
      "lag",
    ]);
    assert.deepEqual(Object.keys(lake), [
      "lakeDir",
      "topic",
      "contract",
      "datasets",
      "counts",
      "gaps",
      "crossingConflicts",
      "isSettled",
      "sumHolds",
      "warnings",
      "unknown",
      "later",
      "commit",
      "committedAt",
      "versions",
    ]);
    assert.equal(problem, null);
  });

  test("reset says what it would delete, and with --yes deletes that alone", async () => {
    const config = await landSmall("reset");
    const { topic } = config.kafka;
    assert.match(
      assertFailure(await runOn(config, "reset"), 2),
      new RegExp(`would delete topic ${topic} at`),
    );
    assert.equal(await countMessages(config), 3);
    assert.equal((await runOn(config, "reset --yes")).code, 0);
    const status = parseResult(await runOn(config, "status --json"));
    assert.deepEqual([status.topic, status.lake], [null, null]);
  });

  test("a reader that stops reading changes nothing", async () => {
    const config = await landSmall("reader");
    for (const command of ["land --json", "verify", "status"]) {
      const ended = await runOn(config, command, { onStart: ({ stdout }) => stdout?.destroy() });
      assert.equal(ended.code, 0, ended.stderr);
      assert.doesNotMatch(ended.stderr, /EPIPE|^\s+at /m);
    }
  });
});

describe("before there is anything", () => {
  test("land says that the topic is missing and how it comes to be", async () => {
    const line = assertFailure(await runOn(ownConfig("cli-none"), "land"), 1);
    assert.match(line, /expected topic "\S+", received no such topic; publish a file into it with/);
  });

  test("verify says that nothing is landed", async () => {
    const config = ownConfig("cli-none");
    assert.equal(
      assertFailure(await runOn(config, "verify"), 1),
      `user-activity: hdfs ${config.hdfs.lakeDir}/_commits: expected a commit, received none; land first with "npx user-activity land"`,
    );
  });

  test("status says which of both is missing", async () => {
    const config = ownConfig("cli-none");
    const { code, stdout } = await runOn(config, "status");
    assert.equal(code, 0);
    assert.match(stdout, /^topic: there is no "\S+" yet; publish a file/m);
    assert.match(stdout, /^lake: nothing is landed in \/\S+ yet; land with/m);
  });
});

describe("a lake that does not go with what it is asked for", () => {
  test("of a newer format is refused by every command that reads it", async () => {
    const config = await landSmall("newer");
    const lake = openLake(config.hdfs);
    const last = (await readLastCommit(lake)) as Commit;
    const newer = { ...last, number: last.number + 1, format: commitFormat + 1 };
    await lake.hdfs.write(
      lake.at(`_commits/${commitName(newer.number)}`),
      Buffer.from(JSON.stringify(newer)),
    );
    for (const command of ["land", "verify", "status"]) {
      assert.match(
        assertFailure(await runOn(config, command), 1),
        RegExp(
          `_commits/\\d+\\.json: expected commit format ${commitFormat} or lower, received "${newer.format}"; .+ another LAKE_DIR$`,
        ),
      );
    }
  });

  test("of another topic is refused by land, and status says so without a lag of that topic", async () => {
    const config = await landSmall("one");
    const other = ownConfig("two");
    await ensureTopic(other.kafka);
    const env = { KAFKA_TOPIC: other.kafka.topic };
    const refusal = `lake: expected topic "${config.kafka.topic}", received "${other.kafka.topic}"; a lake holds one topic`;
    assert.ok(assertFailure(await runOn(config, "land", { env }), 1).startsWith(`user-activity: ${refusal}`));
    const { problem, topic } = parseResult(await runOn(config, "status --json", { env })) as {
      problem: string;
      topic: { partitions: { committed: string | null; lag: number }[] };
    };
    assert.ok(problem.startsWith(refusal));
    assert.ok(topic.partitions.every(({ committed, lag }) => committed === null && lag === 0));
  });

  test("with a changed table is told by verify: exit code 1, the table on stdout, one line on stderr", async () => {
    const config = await landSmall("changed");
    const lake = openLake(config.hdfs);
    const local = join(ownFolder(), "empty.parquet");
    await (await createParquetFile(local, tables.grades_ID)).close();
    const [part] = await listParts(lake, "grades_ID");
    await lake.hdfs.write(part?.path ?? "", { file: local });
    const ended = await runOn(config, "verify --json");
    const line = assertFailure({ ...ended, stdout: "" }, 1);
    assert.match(
      line,
      /expected what raw_data gives, received differences in grades_ID; "npx user-activity land"/,
    );
    assert.equal(JSON.parse(ended.stdout).ok, false);
  });

  test("without a table's only file is refused by verify, which names the table and what would finish it", async () => {
    const config = await landSmall("missing");
    const lake = openLake(config.hdfs);
    const [part] = await listParts(lake, "grades_ID");
    await lake.hdfs.remove(part?.path ?? "");
    assert.match(
      assertFailure(await runOn(config, "verify --json"), 1),
      /grades_ID: expected the files of a table, received none; .+ "npx user-activity land"$/,
    );
  });
});

describe("a port of another service", () => {
  const { kafka, hdfs } = readConfig();
  const broker = kafka.brokers[0] ?? "";
  const nameNode = new URL(hdfs.url).host;

  test("the broker's as WEBHDFS_URL", async () => {
    const ended = await runCli(["verify"], { env: { WEBHDFS_URL: `http://${broker}` } });
    assert.match(assertFailure(ended, 1), /hdfs \/user-activity\/_commits: list: /);
  });

  test("the NameNode's as KAFKA_BROKERS", async () => {
    const ended = await runCli(["land"], { env: { KAFKA_BROKERS: nameNode } });
    assert.match(assertFailure(ended, 1), new RegExp(`kafka ${nameNode}: .+KAFKA_BROKERS`));
  });
});

/** Runs a command and sends it a signal as soon as `isTime` says so. */
async function interrupt(
  config: Config,
  args: string,
  signal: NodeJS.Signals,
  isTime: () => Promise<boolean>,
) {
  let isRunning = true;
  const ended = await runOn(config, args, {
    onStart: async (child) => {
      child.on("exit", () => {
        isRunning = false;
      });
      while (isRunning && !(await isTime())) await sleep(5);
      child.kill(signal);
    },
  });
  assert.equal(ended.stdout, "");
  assert.match(
    ended.stderr,
    new RegExp(
      `\\n${signal}: ending in order; once more to end at once\\nuser-activity: interrupted by ${signal}; nothing is left half done, the same command does the rest\\n$`,
    ),
  );
  return ended.code;
}

describe("interrupted", () => {
  test("land ends in order at SIGINT, and the next run lands the rest once", async () => {
    const config = ownConfig("cut-land");
    await publishFile(eventsFile, { config: config.kafka });
    const lake = openLake(config.hdfs);
    const isUnderWay = async () => (await lake.hdfs.list(lake.at("_commits"))).length >= 3;
    assert.equal(await interrupt(config, "land --batch 50", "SIGINT", isUnderWay), 130);
    const cut = (await readLastCommit(lake))?.state.counts.consumed ?? 0;
    assert.ok(cut > 0 && cut < 3280, `${cut} consumed`);
    const rest = parseResult(await runOn(config, "land --json"));
    assert.equal(rest.consumed, 3280 - cut);
    assert.deepEqual(rest.counts, shippedCounts);
    assert.ok((await verify({ config })).ok);
  });

  test("publish ends in order at SIGTERM, and the next run publishes the rest once", async () => {
    const config = ownConfig("cut-publish");
    await ensureTopic(config.kafka);
    const text = readFileSync(eventsFile, "utf8").trim().slice(1, -1);
    const file = join(ownFolder(), "big.json");
    writeFileSync(file, `[${Array(5).fill(text).join(",")}]`);
    const isUnderWay = async () => (await countMessages(config)) > 0;
    assert.equal(await interrupt(config, `publish ${file}`, "SIGTERM", isUnderWay), 143);
    const cut = await countMessages(config);
    assert.ok(cut > 0 && cut < 5 * 3280, `${cut} published`);
    const rest = parseResult(await runOn(config, `publish ${file} --json`));
    assert.deepEqual([rest.published, rest.alreadyThere], [5 * 3280 - cut, cut]);
    assert.equal(await countMessages(config), 5 * 3280);
  });

  test("verify ends at once", async () => {
    const config = ownConfig("cut-verify");
    await publishFile(eventsFile, { config: config.kafka });
    await land({ config });
    let started = false;
    const ended = await runOn(config, "verify", {
      onStart: (child) =>
        child.stderr?.on("data", () => {
          if (!started) child.kill("SIGINT");
          started = true;
        }),
    });
    assert.deepEqual([ended.code, ended.stdout], [130, ""]);
    assert.match(ended.stderr, /\nuser-activity: interrupted by SIGINT; [^\n]+\n$/);
  });
});
