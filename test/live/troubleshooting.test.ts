import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { formatWaiting } from "user-activity/dist/kafka/open-transactions";
import { UnreadableError } from "user-activity/dist/kafka/unreadable-batch";
import { emptyState } from "user-activity/dist/lake/commit-file";
import { findHoles, toHoleError } from "user-activity/dist/lake/gaps";
import { checkOffsets } from "user-activity/dist/lake/offsets";
import { explainSnapshots } from "user-activity/dist/lake/snapshots";
import { ensureEvents } from "user-activity/dist/publish/ensure-events";
import { assertFailure, runCli } from "../helpers/cli-process";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { readPage } from "../helpers/markdown";
import { beginProgram } from "../helpers/own-services";
import { withTroubled } from "../helpers/troubled-hdfs";
import { uploadLakeOfVersionOne } from "../helpers/version-one";

const { blocks } = readPage("docs/troubleshooting.md");
const messages = blocks.map(({ code }) => code);
const config = ownConfig("troubleshooting");
const folder = ownFolder();

/** The message as it is where topic, lake and services have the names that the page shows. */
function toShown(text: string, { kafka, hdfs }: Config): string {
  return text
    .replaceAll(hdfs.lakeDir, "/user-activity") // the topic's name with a slash before it
    .replaceAll(kafka.topic, "assessments")
    .replaceAll(kafka.brokers.join(","), "127.0.0.1:9092")
    .replaceAll(`${folder}/`, "")
    .replace(/belongs to \S+:supergroup/, "belongs to root:supergroup");
}

/** Runs a command that fails, on the topic and the lake of these tests; resolves to its one line. */
async function fail(args: readonly string[], env: Record<string, string> = {}, code = 1): Promise<string> {
  const own = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, ...env };
  return toShown(assertFailure(await runCli(args, { env: own }), code), config);
}

function refuseFile(name: string, content: string | Buffer): Promise<string> {
  writeFileSync(join(folder, name), content);
  return fail(["publish", join(folder, name)]);
}

async function importLocal<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(projectPath("local", "setup", name)).href)) as T;
}

function offsetError(low: bigint, high: bigint): string {
  const state = { ...emptyState("assessments"), offsets: { "0": "9" } };
  try {
    checkOffsets(state, "assessments", [{ partition: 0, high }]);
    const holes = findHoles(state.offsets, [{ partition: 0, low }]);
    if (holes.length > 0) throw toHoleError("assessments", holes);
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("nothing was wrong");
}

/** What a write is answered where a server renames without a word of what it was asked to keep. */
async function refuseHttpFs(): Promise<string> {
  const renamed: RequestListener = (_, reply) => void reply.writeHead(200).end('{"boolean":true}');
  const error = await withTroubled({ RENAME: renamed }, (hdfs) => hdfs.makeDirectory("/a")).catch(
    (caught: Error) => caught,
  );
  assert.ok(error instanceof Error);
  return error.message.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:14000");
}

interface SetupErrors {
  readonly adviceFor: (text: string) => string;
  readonly explainFolder: (error: unknown) => Error;
}

/** What produces each message, in the page's order; those of states that are costly to bring about are looked up. */
const cases: readonly (readonly [string, (message: string) => Promise<string> | string])[] = [
  [
    "user-activity: not built yet",
    async () => {
      const bin = join(folder, "src", "bin");
      mkdirSync(bin, { recursive: true });
      cpSync(projectPath("src", "bin", "user-activity.js"), join(bin, "user-activity.js"));
      const ended = await beginProgram(
        process.execPath,
        [join(bin, "user-activity.js"), "status"],
        process.env,
      ).ended;
      return ended.stderr;
    },
  ],
  [
    "set-up: Python",
    async () => {
      const env = { ...process.env, PYTHON: "none" };
      return (await beginProgram(process.execPath, [projectPath("local", "setup", "setup.mjs")], env).ended)
        .stderr;
    },
  ],
  [
    "a download failed",
    async () => (await importLocal<SetupErrors>("errors.mjs")).adviceFor("connect ECONNREFUSED"),
  ],
  [
    "no space left",
    async () => {
      const { explainFolder } = await importLocal<SetupErrors>("errors.mjs");
      return explainFolder({ code: "ENOSPC" }).message.replace(/^.*?: /, "");
    },
  ],
  [
    "user-activity: kafka 127.0.0.1:1",
    () => fail(["publish", projectPath("data", "assessments.json")], { KAFKA_BROKERS: "127.0.0.1:1" }),
  ],
  [
    "user-activity: hdfs /user-activity/_commits: list",
    () => fail(["query", "SELECT 1 FROM grades_ID"], { WEBHDFS_URL: "http://127.0.0.1:1" }),
  ],
  ["user-activity: KAFKA_BROKERS", () => fail(["land"], { KAFKA_BROKERS: "localhost" }, 2)],
  ["the NameNode is in safe mode", inSource],
  ["this NameNode is a standby", inSource],
  ["hdfs http://127.0.0.1:14000: expected a NameNode", refuseHttpFs],
  ["Start it once more", inSource],
  [
    "user-activity: events.json: record",
    () => {
      writeFileSync(join(folder, "events.json"), "x{\n");
      return fail(["publish", join(folder, "events.json")]);
    },
  ],
  ["user-activity: events.json.gz", () => refuseFile("events.json.gz", gzipSync("[]"))],
  [
    "user-activity: pretty.json",
    async () => {
      const said = await refuseFile("pretty.json", '{\n  "user_exam_id": "1"\n}\n');
      return said.replace(/ \(Expected .*?\);/, " (Expected property name or '}' in JSON at position 1);");
    },
  ],
  [
    "user-activity: wrapped.json",
    () => refuseFile("wrapped.json", '{"data":[{"user_exam_id":"1"},{"user_exam_id":"2"}]}\n'),
  ],
  [
    "kafka 127.0.0.1:9092: expected events",
    async () => {
      const error = await ensureEvents(ownConfig("troubleshooting-empty")).catch((caught: Error) => caught);
      return toShown((error as Error).message, config).replace(/"test-[^"]+"/, '"assessments"');
    },
  ],
  ["user-activity: kafka 127.0.0.1:9092: expected topic", () => fail(["land"])],
  [
    "user-activity: lake: expected topic",
    async () => {
      const other = ownConfig("troubleshooting-other");
      const file = join(folder, "none.json");
      writeFileSync(file, '{"user_exam_id":"1"}\n');
      const env = { KAFKA_TOPIC: other.kafka.topic, LAKE_DIR: other.hdfs.lakeDir };
      for (const args of [["publish", file], ["land"]]) {
        const ended = await runCli(args, { env });
        assert.equal(ended.code, 0, ended.stderr);
      }
      assert.equal((await runCli(["publish", file], { env: { KAFKA_TOPIC: config.kafka.topic } })).code, 0);
      const message = await fail(["land"], { LAKE_DIR: other.hdfs.lakeDir });
      return message.replaceAll(other.kafka.topic, "other");
    },
  ],
  ["assessments/0: committed up to offset 9", () => offsetError(0n, 4n)],
  ["assessments/0: offsets 9 to 11", () => offsetError(12n, 20n)],
  [
    'kafka topic "assessments", partition 0: expected a batch',
    () => new UnreadableError(readConfig({}).kafka, 0, 12n, "the unknown compression 5").message,
  ],
  [
    "4 messages wait",
    () => {
      const transactions = [
        { producerId: "1", transactionalId: "loader-7", since: "2026-11-29T01:15:49.323Z" },
      ];
      const where = { partition: 0, readable: "1", highWatermark: "5", messages: 4 };
      return formatWaiting("assessments", [{ ...where, transactions }]);
    },
  ],
  ["is another run's", inSource],
  ["user-activity: hdfs /user-activity/_commits: make", () => fail(["land"], { HDFS_USER: "stranger" })],
  [
    "hdfs /user-activity/grades_ID: expected a directory without snapshots",
    () => explainSnapshots({ path: "/user-activity/grades_ID", names: ["nightly"] }),
  ],
  ["the schema has changed", inSource],
  ["deliveries of one exam ID", inSource],
  [
    "user-activity: hdfs /user-activity: expected at most",
    async () => {
      const own = ownConfig("troubleshooting-refused");
      const file = join(folder, "wrapped.json");
      writeFileSync(file, '{"payload":{"user_exam_id":"1"}}\n');
      const env = { KAFKA_TOPIC: own.kafka.topic, LAKE_DIR: own.hdfs.lakeDir };
      assert.equal((await runCli(["publish", file], { env })).code, 0);
      const { code, stderr } = await runCli(["land", "--max-refused", "0"], { env });
      assert.equal(code, 1);
      const line = stderr.split("\n").find((one) => one.startsWith("user-activity: ")) ?? "";
      return toShown(line, own).replace(/ \d+@/, " 0@");
    },
  ],
  ["user-activity: hdfs /user-activity/grades_ID: expected", () => fail(["query", "FROM grades_ID"])],
  ['"npx user-activity land" finishes', inSource],
  [
    "user-activity: hdfs /user-activity: expected tables of version 2",
    async () => {
      const old = ownConfig("troubleshooting-old");
      await uploadLakeOfVersionOne(old);
      const { stderr } = await runCli(["verify"], { env: { LAKE_DIR: old.hdfs.lakeDir } });
      return toShown(stderr.replace(/^.*\n(?=user-activity: )/s, ""), old);
    },
  ],
];

const sources = readdirSync(projectPath("src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !/\.d\.ts$|node_modules/.test(name))
  .map((name) => readFileSync(projectPath("src", name), "utf8"))
  .join("\n");

/** What a module says word for word. */
function inSource(message: string): string {
  assert.ok(sources.includes(message), `in no module: ${message}`);
  return message;
}

test("the page on troubleshooting has a case here for each message", () => {
  assert.deepEqual(
    messages.map((message) => cases.find(([beginning]) => message.startsWith(beginning))?.[0] ?? message),
    cases.map(([beginning]) => beginning),
  );
});

for (const [index, [beginning, produce]] of cases.entries())
  test(`the page on troubleshooting shows what is said: ${beginning} ...`, async () => {
    const message = messages[index] ?? "";
    assert.equal((await produce(message)).trim(), message);
  });
