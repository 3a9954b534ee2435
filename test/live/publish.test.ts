import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { KafkaConfig } from "user-activity/dist/base/config";
import { localDir } from "user-activity/dist/base/paths";
import { readHeader } from "user-activity/dist/kafka/message";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { originHeaders } from "user-activity/dist/publish/deliveries";
import { type PublishProgress, publishFile, toKey } from "user-activity/dist/publish/publish";
import { cliPath, parseResult, runCli } from "../helpers/cli-process";
import { readAll, send, useTopics } from "../helpers/live-topics";

const topics = useTopics("publish");
const directory = mkdtempSync(join(tmpdir(), "publish-"));
after(() => rmSync(directory, { recursive: true }));

let fileCount = 0;
function save(content: string): string {
  const path = join(directory, `${fileCount++}.json`);
  writeFileSync(path, content);
  return path;
}

function makeEvents(count: number, textLength = 10) {
  return Array.from({ length: count }, (_, number) => ({
    user_exam_id: `exam-${number % 40}`,
    number,
    text: "x".repeat(textLength),
  }));
}

function toDigest(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What the topic holds: key, value and the two headers that tell records and deliveries apart. */
async function readHeld(config: KafkaConfig) {
  return (await readAll(config)).map(({ partition, key, value, headers }) => ({
    partition,
    key: key === null ? null : String(key),
    value: String(value),
    file: readHeader(headers, originHeaders.file),
    index: Number(readHeader(headers, originHeaders.index)),
    delivery: readHeader(headers, originHeaders.delivery),
  }));
}

/** Each record of the file must be there once, records of one partition in the file's order. */
async function assertHolds(config: KafkaConfig, texts: readonly string[], delivery = "1"): Promise<void> {
  const held = (await readHeld(config)).filter((one) => one.delivery === delivery);
  const byIndex = [...held].sort((a, b) => a.index - b.index);
  assert.deepEqual(
    byIndex.map(({ index }) => index),
    [...texts.keys()],
  );
  assert.deepEqual(
    byIndex.map(({ value }) => value),
    texts,
  );
  assert.deepEqual(
    held,
    [...byIndex].sort((a, b) => a.partition - b.partition || a.index - b.index),
  );
}

describe("publishing a file", () => {
  test("sends each record's own bytes, keyed by exam ID, marked with the file's digest and the index", async () => {
    const config = topics.name();
    const texts = [
      '{ "user_exam_id": "é-1",\n "b":1.0 }',
      '{"user_exam_id":"é-1"}',
      '"text"',
      "12",
      '{"a":null}',
    ];
    const content = `\uFEFF[ ${texts.join(" ,\n")} ]\n`;
    const path = save(content);
    const report = await publishFile(path, { config });
    const bytes = Buffer.byteLength(content);
    assert.deepEqual(
      { ...report, ms: 0 },
      {
        path,
        sha256: toDigest(content),
        records: 5,
        published: 5,
        alreadyThere: 0,
        topic: config.topic,
        bytes,
        ms: 0,
      },
    );
    await assertHolds(config, texts);
    const held = (await readHeld(config)).sort((a, b) => a.index - b.index);
    assert.deepEqual(
      held.map(({ key }) => key),
      ["é-1", "é-1", null, null, null],
    );
    assert.equal(held[0]?.partition, held[1]?.partition);
    assert.ok(held.every(({ file }) => file === toDigest(content)));
  });

  test("twice adds nothing, as an array or as lines", async () => {
    const events = makeEvents(300);
    for (const content of [
      JSON.stringify(events),
      `${events.map((one) => JSON.stringify(one)).join("\r\n")}\r\n`,
    ]) {
      const config = topics.name();
      const path = save(content);
      assert.equal((await publishFile(path, { config })).published, 300);
      const { published, alreadyThere } = await publishFile(path, { config });
      assert.deepEqual([published, alreadyThere], [0, 300]);
      await assertHolds(
        config,
        events.map((one) => JSON.stringify(one)),
      );
    }
  });

  test("adds what another file holds, even if the records are the same", async () => {
    const config = topics.name();
    const events = makeEvents(5);
    await publishFile(save(JSON.stringify(events)), { config });
    const { published } = await publishFile(save(JSON.stringify(events, null, 1)), { config });
    assert.equal(published, 5);
    assert.equal((await readAll(config)).length, 10);
  });

  test("of no records makes the topic and sends nothing", async () => {
    const config = topics.name();
    const report = await publishFile(save("[]"), { config });
    assert.deepEqual([report.records, report.published], [0, 0]);
    assert.equal((await readOffsets(config)).length, 3);
    assert.equal((await publishFile(save("[]"), { config, again: true })).published, 0);
  });

  test("goes into a topic beside messages of others", async () => {
    const config = await topics.create(2);
    const file = toDigest("something else");
    const odd = { [originHeaders.file]: ["", "x"], [originHeaders.index]: "one" };
    await send(config, [
      { value: null },
      { value: "x", headers: { [originHeaders.file]: file } },
      { value: "", headers: odd },
    ]);
    const path = save(JSON.stringify(makeEvents(4)));
    await send(config, [
      { value: "no index", headers: { [originHeaders.file]: toDigest(JSON.stringify(makeEvents(4))) } },
      {
        value: "beyond",
        headers: {
          [originHeaders.file]: toDigest(JSON.stringify(makeEvents(4))),
          [originHeaders.index]: "4",
        },
      },
    ]);
    assert.equal((await publishFile(path, { config })).published, 4);
    assert.equal((await publishFile(path, { config })).published, 0);
  });

  test("at a pace sends every record in requests of a tenth of a second each", async () => {
    const config = topics.name();
    const texts = makeEvents(100).map((one) => JSON.stringify(one));
    const seen: number[] = [];
    await publishFile(save(texts.join("\n")), {
      config,
      perSecond: 200,
      onProgress: ({ published }) => seen.push(published),
    });
    assert.deepEqual(seen, [0, 20, 40, 60, 80, 100]);
    await assertHolds(config, texts);
  });

  test("tells its progress up to the last record", async () => {
    const config = topics.name();
    const seen: PublishProgress[] = [];
    await publishFile(save(JSON.stringify(makeEvents(40, 100_000))), {
      config,
      onProgress: (one) => seen.push(one),
    });
    assert.deepEqual(seen[0], { published: 0, total: 40 });
    assert.deepEqual(seen.at(-1), { published: 40, total: 40 });
    assert.ok(
      seen.length >= 5 &&
        seen.every(({ published }, at) => at === 0 || published > (seen[at - 1]?.published ?? 0)),
    );
  });

  test("takes records around and above 1 MB as far as the topic's limit goes", async () => {
    const config = topics.name();
    const events = [900_000, 1_048_576, 10, 3_000_000, 899_000, 1].flatMap((length) => makeEvents(1, length));
    await publishFile(save(JSON.stringify(events)), { config });
    await assertHolds(
      config,
      events.map((one) => JSON.stringify(one)),
    );
  });
});

describe("a run that was cut", () => {
  const events = makeEvents(400, 20_000);
  const texts = events.map((one) => JSON.stringify(one));

  test("by SIGKILL is completed by the next one", async () => {
    const config = topics.name();
    const path = save(JSON.stringify(events));
    const script = `
      const { publishFile } = require("user-activity/dist/publish/publish");
      const onProgress = ({ published }) => published > 100 && process.kill(process.pid, "SIGKILL");
      publishFile(process.argv[1], { config: JSON.parse(process.argv[2]), onProgress });`;
    const child = spawn(process.execPath, ["-e", script, path, JSON.stringify(config)], {
      cwd: __dirname,
      stdio: "inherit",
    });
    assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"]);
    const { published, alreadyThere } = await publishFile(path, { config });
    assert.ok(alreadyThere > 100 && alreadyThere < 400);
    assert.equal(published + alreadyThere, 400);
    await assertHolds(config, texts);
  });

  test("by a signal is completed by the next one, also when published again", async () => {
    const config = topics.name();
    const path = save(JSON.stringify(events));
    for (const again of [false, true]) {
      const stop = new AbortController();
      const onProgress = ({ published }: PublishProgress) => published > 0 && stop.abort(new Error("enough"));
      await assert.rejects(
        publishFile(path, { config, again, onProgress, signal: stop.signal }),
        /^Error: enough$/,
      );
      assert.ok((await publishFile(path, { config, again })).alreadyThere > 0);
      await assertHolds(config, texts, again ? "2" : "1");
    }
  });

  test("leaving holes anywhere is completed", async () => {
    const config = await topics.create(3);
    const content = JSON.stringify(makeEvents(100));
    const held = [99, 3, 50, 4];
    const headers = (index: number) => ({
      [originHeaders.file]: toDigest(content),
      [originHeaders.index]: `${index}`,
    });
    await send(
      config,
      held.map((index) => ({ value: "earlier", headers: headers(index) })),
    );
    const { published, alreadyThere } = await publishFile(save(content), { config });
    assert.deepEqual([published, alreadyThere], [96, 4]);
    const indexes = (await readHeld(config)).map(({ index }) => index).sort((a, b) => a - b);
    assert.deepEqual(indexes, [...Array(100).keys()]);
  });
});

describe("publishing again", () => {
  test("adds every record once more, and a plain run afterwards adds nothing", async () => {
    const config = topics.name();
    const path = save(JSON.stringify(makeEvents(50)));
    const texts = makeEvents(50).map((one) => JSON.stringify(one));
    for (const [again, expected] of [
      [false, 50],
      [true, 50],
      [false, 0],
      [true, 50],
      [false, 0],
    ] as const) {
      assert.equal((await publishFile(path, { config, again })).published, expected);
    }
    for (const delivery of ["1", "2", "3"]) await assertHolds(config, texts, delivery);
    assert.equal((await readAll(config)).length, 150);
  });
});

describe("nothing is published", () => {
  test("of a file that is broken anywhere", async () => {
    const config = await topics.create(1);
    const content = JSON.stringify(makeEvents(1000));
    for (const broken of [
      content.slice(0, -1),
      content.replace('"number":990', '"number":x'),
      "",
      "{",
      `${content}1`,
    ]) {
      await assert.rejects(publishFile(save(broken), { config }), { name: "ServiceError" });
    }
    await assert.rejects(
      publishFile("no/such.json", { config }),
      /^ServiceError: no\/such\.json: .*no such file/,
    );
    assert.deepEqual(await readOffsets(config), [{ partition: 0, low: 0n, high: 0n, highWatermark: 0n }]);
  });

  test("of a file with a record that the topic does not take, which is named with its size", async () => {
    const config = await topics.create(1, { "max.message.bytes": "50000" });
    const events = [...makeEvents(3), ...makeEvents(1, 60_000), ...makeEvents(2)];
    const size = JSON.stringify(events[3]).length;
    await assert.rejects(publishFile(save(JSON.stringify(events)), { config }), {
      name: "ServiceError",
      message: new RegExp(
        `record 3: expected less than the 50000 bytes .*"${config.topic}", received ${size} and`,
      ),
    });
    assert.deepEqual(await readOffsets(config), [{ partition: 0, low: 0n, high: 0n, highWatermark: 0n }]);
    const small = makeEvents(400, 1000);
    assert.equal((await publishFile(save(JSON.stringify(small)), { config })).published, 400);
    const borderline = JSON.stringify(makeEvents(1, 49_754));
    await assert.rejects(
      publishFile(save(borderline), { config }),
      /publishing record 0 \(498\d\d bytes\) to topic/,
    );
  });

  test("where no broker answers", async () => {
    const config = { ...topics.name(), brokers: ["127.0.0.1:1"] };
    await assert.rejects(
      publishFile(save("[1]"), { config }),
      /^ServiceError: kafka 127\.0\.0\.1:1: .*services start"$/,
    );
  });
});

test("what comes on stdin is held to the same promise as a file, and to the same checks before", async () => {
  const config = topics.name();
  const content = makeEvents(30)
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
  const publish = (input: Buffer | string) => {
    const env = { ...process.env, KAFKA_TOPIC: config.topic };
    return spawnSync(process.execPath, [cliPath, "publish", "-"], { input, env, encoding: "utf8" });
  };
  for (const published of [30, 0]) {
    const { status, stdout, stderr } = publish(content);
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`^30 records: ${published} published, ${30 - published} already in topic`),
    );
  }
  assert.equal((await publishFile(save(content), { config })).published, 0);
  for (const [input, words] of [
    [gzipSync(content), /^user-activity: stdin: expected JSON in UTF-8, received gzip; gunzip -c \| npx /m],
    ["", /^user-activity: stdin: expected JSON records, received an empty file/m],
  ] as const) {
    const { status, stderr } = publish(input);
    assert.equal(status, 1);
    assert.match(stderr, words);
  }
  await assertHolds(config, content.trimEnd().split("\n"));
  assert.match(
    publish('{"payload":{"user_exam_id":"a"}}').stderr,
    /^record 0: the record stands one level deeper/m,
  );
  const spools = readdirSync(join(localDir, "spool")).filter((name) => name.includes("stdin"));
  assert.deepEqual(spools, []);
});

test("a file that changes while it is published is an error", async () => {
  const config = topics.name();
  const path = save(
    makeEvents(40, 100_000)
      .map((one) => JSON.stringify(one))
      .join("\n"),
  );
  const onProgress = ({ published }: PublishProgress) => published === 0 && appendFileSync(path, "\n{}\n");
  await assert.rejects(publishFile(path, { config, onProgress }), /expected the file to stay as it is/);
});

test("a key is an exam ID that is text, not empty and fit for UTF-8", () => {
  assert.equal(toKey({ user_exam_id: "a" }), "a");
  assert.equal(toKey({ user_exam_id: "😀" }), "😀");
  for (const id of ["", 1, null, undefined, ["a"], {}, true, "\ud800", "a\udc00b"]) {
    assert.equal(toKey({ user_exam_id: id }), null);
  }
  for (const value of [null, 1, "user_exam_id", [], true, {}]) assert.equal(toKey(value), null);
});

describe("two runs at once with one file", () => {
  const events = makeEvents(400, 200);
  const texts = events.map((one) => JSON.stringify(one));

  test("in one process: one waits for the other, says so, and adds nothing", async () => {
    const config = topics.name();
    const path = save(JSON.stringify(events));
    let waits = 0;
    const onWait = () => waits++;
    const runs = [1, 2].map(() => publishFile(path, { config, perSecond: 200, onWait }));
    const published = (await Promise.all(runs)).map((report) => report.published).sort((a, b) => a - b);
    assert.deepEqual(published, [0, 400]);
    assert.equal(waits, 1);
    await assertHolds(config, texts);
  });

  test("in two processes: each record is sent once", async () => {
    const config = topics.name();
    const path = save(JSON.stringify(events));
    const publish = () =>
      runCli(["publish", path, "--json", "--per-second", "200"], { env: { KAFKA_TOPIC: config.topic } });
    const reports = (await Promise.all([publish(), publish()])).map(parseResult);
    assert.deepEqual(reports.map(({ published }) => published).sort(), [0, 400]);
    await assertHolds(config, texts);
  });
});
