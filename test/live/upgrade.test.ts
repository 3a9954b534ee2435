import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, readCommits, readTable, resetLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import type { UpgradeProgress } from "user-activity/dist/landing/upgrade";
import { verify } from "user-activity/dist/landing/verify";
import { untruthsOf } from "../helpers/catalogue-checks";
import { parseResult, runCli } from "../helpers/cli-process";
import { ownConfig, recompute } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { createTopicOfVersionOne, uploadLakeOfVersionOne } from "../helpers/version-one";

describe("a lake whose tables are of version 1", () => {
  const own = ownConfig("version-1");
  const { hdfs } = own;
  let kafka: Config["kafka"];
  const lakeNamed = (name: string): Config => ({
    ...own,
    kafka,
    hdfs: { ...hdfs, lakeDir: `${hdfs.lakeDir}/${name}` },
  });
  const oldLake = async (name: string): Promise<Config> => {
    const config = lakeNamed(name);
    await uploadLakeOfVersionOne(config);
    return config;
  };
  before(async () => {
    kafka = await createTopicOfVersionOne();
  });
  after(() => resetLake(openLake(hdfs)));

  test("is brought up by its next landing, which tells of it, and goes on as any other", async () => {
    const config = await oldLake("landed");
    const told: UpgradeProgress[] = [];
    const { consumed, state } = await land({ config, onUpgrade: (progress) => told.push(progress) });
    assert.deepEqual([consumed, state.version], [0, 2]);
    const [first, last] = [told[0], told.at(-1)];
    assert.deepEqual([first?.from, first?.to, first?.rows, first?.commit], [1, 2, 0, null]);
    assert.equal(last?.rows, last?.total);
    const commits = await readCommits(openLake(config.hdfs));
    assert.equal(commits.find(({ number }) => number === last?.commit)?.kind, "upgrade");
    await checkWhole(config);

    const fresh = lakeNamed("fresh");
    await land({ config: fresh });
    const lake = openLake(config.hdfs);
    const [upgraded, landed] = await Promise.all([lake, openLake(fresh.hdfs)].map(readRaw));
    assert.deepEqual(upgraded, landed);
    const headers = (await readTable(lake, "raw_data")).map((row) => row.headers);
    assert.ok(
      headers.every(({ length }) => length === 0),
      "version 1 kept none",
    );

    await publishEvents(config, 10, "more");
    assert.equal((await land({ config })).consumed, 10);
    const [row] = (await readTable(lake, "raw_data")).filter(({ key }) => key === "more-0");
    assert.deepEqual(
      row?.headers.map(({ key }) => key),
      ["file_sha256", "record_index", "file_name", "record_line", "delivery"],
    );
    await compact({ config });
    await replay({ config, again: true });
    await checkWhole(config);
  });

  test("is brought up by a lander that follows, and by a replay, which needs no Kafka", async () => {
    const following = await oldLake("followed");
    const stop = new AbortController();
    await follow({ config: following, signal: stop.signal, commitMs: 100, onProgress: () => stop.abort() });
    await land({ config: following });
    await checkWhole(following);
    const config = await oldLake("replayed");
    const nowhere = { ...config, kafka: { ...kafka, brokers: ["127.0.0.1:1"] } };
    const { before: was, after: is } = await replay({ config: nowhere });
    assert.deepEqual(is.counts, was.counts);
    assert.ok((await verify({ config })).ok);
    assert.deepEqual((await recompute(config)).differences, []);
  });

  test("stays as it is until then, and what needs today's columns says so", async () => {
    const config = await oldLake("kept");
    const isTold = {
      message: `hdfs ${config.hdfs.lakeDir}: expected tables of version 2, received version 1; "npx user-activity land" brings them up, once and for all`,
    };
    await assert.rejects(verify({ config }), isTold);
    await assert.rejects(compact({ config }), isTold);
    const env = { KAFKA_TOPIC: kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
    const query = "SELECT count(*) AS n FROM raw_data WHERE key = 'a'";
    assert.match((await runCli(["query", query, "--csv"], { env })).stdout, /^n\r\n2\r\n$/);
    const shown = await runCli(["quarantine", "--show", "1"], { env });
    assert.match(shown.stdout, /^lake-of-version-1\/0@2 {2}\S+Z {2}refused by grades_ID\n/);
    const landing = await runCli(["land", "--json"], { env });
    assert.match(landing.stderr, /^the tables were of version 1 and are of version 2 now \(commit \d+\)$/m);
    assert.equal(parseResult(landing).sumHolds, true);
    const again = await runCli(["land"], { env });
    assert.doesNotMatch(again.stderr, /version/);
  });
});

/** What a lake must be, by its own account, by the catalogue's and by an independent recomputation. */
async function checkWhole(config: Config): Promise<void> {
  assert.ok((await verify({ config })).ok);
  assert.deepEqual((await recompute(config)).differences, []);
  assert.deepEqual(await untruthsOf(config), []);
}

/** Each message as raw_data has it, but for what version 1 did not keep; -1 was no timestamp. */
async function readRaw(lake: ReturnType<typeof openLake>) {
  const rows = await readTable(lake, "raw_data");
  const plain = rows.map(({ key_base64: _, headers: __, ...row }) => row);
  assert.equal(plain.filter(({ timestamp }) => timestamp === null).length, 2);
  assert.equal(plain.filter(({ value_base64 }) => value_base64 !== null).length, 1);
  const place = ({ partition, offset }: { partition: number; offset: bigint }) =>
    partition * 100 + Number(offset);
  return plain.sort((a, b) => place(a) - place(b));
}
