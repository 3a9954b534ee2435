import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CompressionTypes } from "kafkajs";
import type { KafkaConfig } from "user-activity/dist/base/config";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { consumeRange, followTopic, sampleMessages } from "user-activity/dist/kafka/consume";
import { readGroupOffsets, setGroupOffsets } from "user-activity/dist/kafka/groups";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { ensureTopic, readOffsets, resetTopic } from "user-activity/dist/kafka/topics";
import {
  collect,
  readAll,
  readEnds,
  send,
  untilReadable,
  useTopics,
  withProducer,
} from "../helpers/live-topics";
import { until } from "../helpers/own-services";

const topics = useTopics("stream");
const all = new Map<number, bigint>();

function texts(batches: readonly MessageBatch[]): string[] {
  return batches.flatMap(({ messages }) => messages.map(({ value }) => String(value)));
}

/** Removes the messages of partition 0 below an offset, as retention does. */
async function deleteBefore(config: KafkaConfig, offset: string): Promise<void> {
  const { topic } = config;
  await withAdmin(openKafka(config), async (admin) => {
    await admin.fetchTopicOffsets(topic); // deleteTopicRecords needs the metadata loaded
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  });
}

/** Batches of a partition must follow one another without a hole. */
function assertContiguous(
  batches: readonly MessageBatch[],
  partition: number,
  from: bigint,
  to: bigint,
): void {
  let next = from;
  for (const batch of batches.filter((one) => one.partition === partition)) {
    assert.equal(batch.firstOffset, next);
    assert.ok(batch.nextOffset > batch.firstOffset);
    const inside = batch.messages.every(
      ({ offset }) => offset >= batch.firstOffset && offset < batch.nextOffset,
    );
    assert.ok(inside);
    next = batch.nextOffset;
  }
  assert.equal(next, to);
}

describe("a topic", () => {
  test("is created once, with three partitions unless asked otherwise", async () => {
    const config = topics.name();
    assert.equal(await ensureTopic(config), 3);
    assert.equal(await ensureTopic(config, { partitions: 5 }), 3);
    const empty = [0, 1, 2].map((partition) => ({ partition, low: 0n, high: 0n, highWatermark: 0n }));
    assert.deepEqual(await readOffsets(config), empty);
  });

  test("that is missing is an error with what to do", async () => {
    const config = topics.name();
    await assert.rejects(readOffsets(config), {
      name: "ServiceError",
      message:
        /expected topic "test-stream-.*", received no such topic; publish a file into it with "npx user-activity/,
    });
    await assert.rejects(
      consumeRange(config, { from: all, to: all }, () => {}),
      /no such topic/,
    );
  });

  test("is deleted for good, and can be made anew", async () => {
    const config = await topics.create();
    await send(config, [{ value: "old" }]);
    assert.equal(await resetTopic(config), true);
    assert.equal(await resetTopic(config), false);
    await assert.rejects(readOffsets(config), /no such topic/);
    await ensureTopic(config);
    assert.deepEqual(await collect(config), []);
  });

  test("shows its first messages, by offset, then partition", async () => {
    const config = await topics.create(2);
    assert.deepEqual(await sampleMessages(config, 3), []);
    await send(
      config,
      [0, 1, 2, 3, 4].map((number) => ({ value: `${number}`, partition: number % 2 })),
    );
    const sample = await sampleMessages(config, 3);
    assert.deepEqual(
      sample.map(({ partition, offset, value }) => [partition, offset, String(value)]),
      [
        [0, 0n, "0"],
        [1, 0n, "1"],
        [0, 1n, "2"],
      ],
    );
  });

  test("keeps a group's offsets for lag monitoring", async () => {
    const config = await topics.create(3);
    const group = `${config.topic}-group`;
    assert.deepEqual(await readGroupOffsets(config, group), new Map());
    await setGroupOffsets(
      config,
      group,
      new Map([
        [0, 5n],
        [2, 2n ** 40n],
      ]),
    );
    await setGroupOffsets(config, group, new Map([[0, 6n]]));
    assert.deepEqual(
      await readGroupOffsets(config, group),
      new Map([
        [0, 6n],
        [2, 2n ** 40n],
      ]),
    );
    await withAdmin(openKafka(config), (admin) => admin.deleteGroups([group]));
  });
});

describe("consuming a range", () => {
  test("gives every message once, in order, untouched", async () => {
    const config = await topics.create(3);
    const sentMs = Date.now();
    const bytes = Buffer.from([0, 255, 0xef, 0xbb, 0xbf]);
    await send(config, [
      { key: "k", value: bytes, partition: 1, headers: { h: ["é", bytes], constructor: "c", a: "" } },
      { key: null, value: null, partition: 1 },
      { key: "", value: "", partition: 1 },
    ]);
    await send(
      config,
      Array.from({ length: 3000 }, (_, number) => ({ key: `${number}`, value: `${number}` })),
    );
    const batches = await collect(config);
    for (const [partition, end] of await readEnds(config)) assertContiguous(batches, partition, 0n, end);
    assert.equal(texts(batches).length, 3003);
    assert.equal(new Set(texts(batches)).size, 3003);
    const [first, tombstone, empty] = (await readAll(config)).filter(({ partition }) => partition === 1);
    assert.deepEqual(first?.value, bytes);
    assert.equal(String(first?.key), "k");
    assert.deepEqual(first?.headers, [
      { key: "h", value: Buffer.from("é") },
      { key: "h", value: bytes },
      { key: "constructor", value: Buffer.from("c") },
      { key: "a", value: Buffer.alloc(0) },
    ]);
    assert.ok(Number(first?.timestamp) >= sentMs && Number(first?.timestamp) <= Date.now());
    assert.deepEqual([tombstone?.key, tombstone?.value], [null, null]);
    assert.deepEqual([String(empty?.key), empty?.value], ["", Buffer.alloc(0)]);
  });

  test("gives nothing below its start or from its end on, also inside one producer's batch", async () => {
    const config = await topics.create(2);
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      const messages = [...Array(20).keys()].map((number) => ({ value: `${number}`, partition: number % 2 }));
      await withProducer(config, (producer) => producer.send({ topic: config.topic, messages, compression }));
    }
    const range = { from: new Map([[0, 3n]]), to: new Map([[0, 15n]]) };
    const batches = await collect(config, range.from, range.to);
    assertContiguous(batches, 0, 3n, 15n);
    const offsets = batches.flatMap(({ messages }) => messages.map(({ offset }) => offset));
    assert.deepEqual(
      offsets,
      [...Array(12).keys()].map((number) => BigInt(number + 3)),
    );
    assert.ok(batches.every(({ partition }) => partition === 0));
    assert.deepEqual(await collect(config, new Map([[0, 4n]]), new Map([[0, 4n]])), []);
  });

  test("waits for the handler, one batch at a time", async () => {
    const config = await topics.create(3);
    for (let round = 0; round < 3; round++) {
      await send(
        config,
        [0, 1, 2].map((partition) => ({ partition, value: Buffer.alloc(700_000) })),
      );
    }
    let [running, most, count] = [0, 0, 0];
    await consumeRange(config, { from: all, to: await readEnds(config) }, async ({ messages }) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      count += messages.length;
      running -= 1;
    });
    assert.deepEqual([running, most, count], [0, 1, 9]);
  });

  test("takes messages above the size of a fetch", async () => {
    const config = await topics.create(2);
    for (const size of [1_048_576, 3_000_000, 10, 5_000_000]) {
      await send(
        config,
        [0, 1].map((partition) => ({ partition, value: Buffer.alloc(size, 7) })),
      );
    }
    const sizes = (await readAll(config)).map(({ value }) => value?.length);
    assert.deepEqual(sizes, [1_048_576, 3_000_000, 10, 5_000_000, 1_048_576, 3_000_000, 10, 5_000_000]);
  });

  test("leaves no consumer group behind", async () => {
    const config = await topics.create();
    await send(config, [{ value: "one" }]);
    const listGroups = () =>
      withAdmin(openKafka(config), async (admin) => {
        const groupIds = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
        const { groups } = await admin.describeGroups(
          groupIds.filter((id) => id.startsWith("user-activity-run-")),
        );
        const isOurs = ({ memberMetadata }: { memberMetadata: Buffer }) =>
          memberMetadata.includes(config.topic);
        return { groupIds, ours: groups.find(({ members }) => members.some(isOurs))?.groupId };
      });
    let ours: string | undefined;
    await consumeRange(config, { from: all, to: new Map([[0, 1n]]) }, async () => {
      ours = (await listGroups()).ours;
    });
    assert.ok(ours);
    assert.ok(!(await listGroups()).groupIds.includes(ours));
  });
});

describe("transactions", () => {
  test("committed ones are read, aborted ones not, and markers at the end are passed", async () => {
    const config = await topics.create();
    await withProducer(
      config,
      async (producer) => {
        for (const [value, isCommitted] of [
          ["yes", true],
          ["no", false],
          ["also", true],
          ["never", false],
        ] as const) {
          const transaction = await producer.transaction();
          await transaction.send({ topic: config.topic, messages: [{ value }, { value }] });
          await (isCommitted ? transaction.commit() : transaction.abort());
        }
      },
      config.topic,
    );
    await untilReadable(config, 12n);
    assert.deepEqual(await readEnds(config), new Map([[0, 12n]]));
    const batches = await collect(config);
    assertContiguous(batches, 0, 0n, 12n);
    assert.deepEqual(texts(batches), ["yes", "yes", "also", "also"]);
    for (let from = 0n; from < 12n; from++) {
      assertContiguous(await collect(config, new Map([[0, from]])), 0, from, 12n);
    }
    for (const [from, to] of [
      [2n, 3n],
      [3n, 6n],
      [9n, 12n],
      [11n, 12n],
    ] as const) {
      const batches = await collect(config, new Map([[0, from]]), new Map([[0, to]]));
      assert.deepEqual(batches, [{ partition: 0, firstOffset: from, nextOffset: to, messages: [] }]);
    }
  });

  test("aborted ones stay unread when they overlap", async () => {
    const config = await topics.create();
    const { topic } = config;
    await withProducer(
      config,
      (first) =>
        withProducer(
          config,
          async (second) => {
            const long = await first.transaction();
            await long.send({ topic, messages: [{ value: "aborted" }, { value: "aborted" }] });
            const short = await second.transaction();
            await short.send({ topic, messages: [{ value: "aborted too" }] });
            await short.abort();
            await long.send({
              topic,
              messages: [{ value: "aborted", key: Buffer.alloc(4) }, { value: "aborted" }],
            });
            await long.abort();
            const last = await first.transaction();
            await last.send({ topic, messages: [{ value: "committed" }] });
            await last.commit();
          },
          `${topic}-b`,
        ),
      `${topic}-a`,
    );
    await untilReadable(config, 9n);
    assert.deepEqual(texts(await collect(config)), ["committed"]);
    for (const from of [1n, 2n, 4n, 6n]) {
      assert.deepEqual(texts(await collect(config, new Map([[0, from]]))), ["committed"]);
    }
  });

  test("an open one bounds what can be read; asking for more ends with an error that names the offsets", async () => {
    const config = await topics.create();
    await send(config, [{ value: "before" }]);
    await withProducer(
      config,
      async (producer) => {
        const transaction = await producer.transaction();
        await transaction.send({ topic: config.topic, messages: [{ value: "held back" }] });
        await send(config, [{ value: "behind" }]);
        assert.deepEqual(await readEnds(config), new Map([[0, 1n]]));
        assert.deepEqual(texts(await collect(config)), ["before"]);
        const more = { from: all, to: new Map([[0, 3n]]), patienceMs: 700 };
        await assert.rejects(
          consumeRange(config, more, () => {}),
          {
            name: "ServiceError",
            message:
              /partition 0: expected offsets up to 3 \(exclusive\), received none from 1 on for 0.7 s; is a trans/,
          },
        );
        await transaction.commit();
      },
      config.topic,
    );
    await untilReadable(config, 4n);
    assert.deepEqual(texts(await collect(config)), ["before", "held back", "behind"]);
  });
});

/** Follows a topic while `work` uses it, then aborts; what it gave, and how far it saw each partition reach. */
async function follow(
  config: KafkaConfig,
  work: (seen: Followed) => Promise<void>,
  options: { from?: ReadonlyMap<number, bigint>; handle?: (batch: MessageBatch) => Promise<void> } = {},
): Promise<Followed> {
  const stop = new AbortController();
  const seen: Followed = { batches: [], highs: new Map(), reached: new Map() };
  const following = followTopic(
    config,
    {
      from: options.from ?? all,
      signal: stop.signal,
      partitionCheckMs: 200,
      onHighWatermark: (partition, high) => seen.highs.set(partition, high),
    },
    async (batch) => {
      await options.handle?.(batch);
      seen.batches.push(batch);
      seen.reached.set(batch.partition, batch.nextOffset);
    },
  );
  try {
    await Promise.race([work(seen), following.then(() => assert.fail("it ended by itself"))]);
  } finally {
    stop.abort();
    await following;
  }
  return seen;
}

interface Followed {
  readonly batches: MessageBatch[];
  readonly highs: Map<number, bigint>;
  readonly reached: Map<number, bigint>;
}

describe("following a topic", () => {
  test("gives what is there and what comes, from the offsets asked for, until it is told to end", async () => {
    const config = await topics.create(2);
    const values = (name: string) => [0, 1].map((partition) => ({ partition, value: `${name}${partition}` }));
    await send(config, values("a"));
    await send(config, values("b"));
    const { batches, highs } = await follow(
      config,
      async (seen) => {
        await until(() => texts(seen.batches).length === 3, "what is there");
        for (const name of ["c", "d"]) {
          await send(config, values(name));
          const count = name === "c" ? 5 : 7;
          await until(() => texts(seen.batches).length === count, "what comes");
        }
      },
      { from: new Map([[1, 1n]]) },
    );
    assert.deepEqual(texts(batches).sort(), ["a0", "b0", "b1", "c0", "c1", "d0", "d1"]);
    assertContiguous(batches, 0, 0n, 4n);
    assertContiguous(batches, 1, 1n, 4n);
    assert.deepEqual([...highs].sort(), [...(await readEnds(config))].sort());
  });

  test("waits for a running handler when it is told to end, and throws nothing", async () => {
    const config = await topics.create();
    await send(config, [{ value: "x" }]);
    const stop = new AbortController();
    let isDone = false;
    await followTopic(config, { from: all, signal: stop.signal }, async () => {
      stop.abort();
      await sleep(50);
      isDone = true;
    });
    assert.ok(isDone);
    await followTopic(config, { from: all, signal: stop.signal }, () => assert.fail("it had ended"));
  });

  test("throws what the handler throws, also the reason that it was told to end for", async () => {
    const config = await topics.create();
    await send(config, [{ value: "x" }]);
    const stop = new AbortController();
    const fault = new Error("cut");
    const handle = async () => {
      stop.abort(fault);
      await sleep(20);
      throw fault;
    };
    await assert.rejects(followTopic(config, { from: all, signal: stop.signal }, handle), fault);
  });

  test("passes markers and aborted messages at the end, so that nothing is left to read, one call at a time", async () => {
    const config = await topics.create(2);
    let running = 0;
    const write = async (isCommitted: boolean) => {
      await withProducer(
        config,
        async (producer) => {
          const transaction = await producer.transaction();
          const messages = [0, 1].map((partition) => ({ partition, value: `${isCommitted}` }));
          await transaction.send({ topic: config.topic, messages });
          await (isCommitted ? transaction.commit() : transaction.abort());
        },
        config.topic,
      );
    };
    const { batches } = await follow(
      config,
      async (seen) => {
        for (const [round, isCommitted] of [true, false, false, true].entries()) {
          await write(isCommitted);
          const end = BigInt(2 * (round + 1));
          await until(() => [0, 1].every((one) => seen.reached.get(one) === end), `offset ${end}`);
        }
      },
      {
        handle: async () => {
          running += 1;
          await sleep(30);
          assert.equal(running, 1);
          running -= 1;
        },
      },
    );
    for (const partition of [0, 1]) assertContiguous(batches, partition, 0n, 8n);
    assert.deepEqual(texts(batches), ["true", "true", "true", "true"]);
  });

  test("reads a partition that is added meanwhile from its start", async () => {
    const config = await topics.create(1);
    const { topic } = config;
    await send(config, [{ value: "first" }]);
    const { batches } = await follow(config, async (seen) => {
      await until(() => texts(seen.batches).length === 1, "the first");
      await withAdmin(openKafka(config), async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
      });
      await until(
        () =>
          send(config, [{ partition: 1, value: "added" }]).then(
            () => true,
            () => false,
          ),
        "the partition takes messages",
      );
      await send(config, [{ partition: 0, value: "second" }]);
      await until(() => texts(seen.batches).length === 3, "the others");
    });
    assertContiguous(batches, 0, 0n, 2n);
    assertContiguous(batches, 1, 0n, 1n);
  });

  test("ends with the gap where offsets or the topic vanish, or a new topic stands in its place", async () => {
    const config = await topics.create();
    const value = Buffer.alloc(600_000);
    for (let round = 0; round < 6; round++) await send(config, [{ value }]);
    const whenFirst = (act: () => Promise<unknown>) => {
      let acts = 0;
      const { signal } = new AbortController();
      const retry = { giveUpMs: 120_000 };
      return followTopic(config, { from: all, signal, retry, partitionCheckMs: 200 }, async () => {
        acts += 1;
        if (acts === 1) await act();
      });
    };
    await assert.rejects(
      whenFirst(() => deleteBefore(config, "5")),
      /partition 0: expected offset \d, received 5 as the earliest; offsets \d to 4 are gone, by retention or del/,
    );
    await assert.rejects(
      whenFirst(() => resetTopic(config)),
      /partition 0: expected offset \d, received no such topic; was it deleted\?/,
    );
    await ensureTopic(config, { partitions: 1 });
    for (let round = 0; round < 6; round++) await send(config, [{ value }]);
    await assert.rejects(
      whenFirst(async () => {
        await resetTopic(config);
        await ensureTopic(config, { partitions: 1 });
      }),
      /partition 0: expected offset \d, received an end at 0; was the topic deleted and created anew\?/,
    );
  });
});

describe("consuming ends early", () => {
  test("with the handler's own error, thrown once", async () => {
    const config = await topics.create(2);
    await send(
      config,
      [0, 1].map((partition) => ({ partition, value: "x" })),
    );
    const fault = new Error("disk full");
    let calls = 0;
    const handle = async () => {
      calls += 1;
      await sleep(5);
      throw fault;
    };
    await assert.rejects(consumeRange(config, { from: all, to: await readEnds(config) }, handle), fault);
    assert.equal(calls, 1);
  });

  test("when the signal says so, after the running handler", async () => {
    const config = await topics.create(2);
    await send(
      config,
      [0, 1].map((partition) => ({ partition, value: "x" })),
    );
    const stop = new AbortController();
    const done: number[] = [];
    const handle = async ({ partition }: MessageBatch) => {
      stop.abort(new Error("enough"));
      await sleep(20);
      done.push(partition);
    };
    const range = { from: all, to: await readEnds(config), signal: stop.signal };
    await assert.rejects(consumeRange(config, range, handle), /^Error: enough$/);
    assert.equal(done.length, 1);
    await assert.rejects(consumeRange(config, range, handle), /^Error: enough$/);
    assert.equal(done.length, 1);
  });

  test("when its start is no longer there, or not there yet", async () => {
    const config = await topics.create();
    await send(
      config,
      [...Array(10).keys()].map((number) => ({ value: `${number}` })),
    );
    await deleteBefore(config, "4");
    assert.deepEqual(await readOffsets(config), [{ partition: 0, low: 4n, high: 10n, highWatermark: 10n }]);
    assert.equal(texts(await collect(config)).length, 6);
    await assert.rejects(
      collect(config, new Map([[0, 2n]])),
      /partition 0: expected offset 2, received 4 as the earliest; offsets 2 to 3 are gone/,
    );
    await assert.rejects(
      collect(config, new Map([[0, 11n]])),
      /partition 0: expected offset 11, received an end at 10; was the topic deleted and created anew/,
    );
    await assert.rejects(
      collect(config, all, new Map([[7, 1n]])),
      /partition 7: expected a partition below 1/,
    );
  });

  test("when offsets vanish while it reads", async () => {
    const config = await topics.create();
    for (let round = 0; round < 6; round++) await send(config, [{ value: Buffer.alloc(900_000) }]);
    const to = await readEnds(config);
    const seen: bigint[] = [];
    await assert.rejects(
      consumeRange(config, { from: all, to }, async ({ nextOffset }) => {
        seen.push(nextOffset);
        if (seen.length > 1) return;
        await deleteBefore(config, "5");
      }),
      /partition 0: expected offset \d, received 5 as the earliest; offsets \d to 4 are gone/,
    );
    assert.ok(seen.every((next) => next < 5n));
  });

  test("where no broker answers, with what to do", async () => {
    const nobody = { ...topics.name(), brokers: ["127.0.0.1:1"] };
    await assert.rejects(readOffsets(nobody), {
      name: "ServiceError",
      message: /^kafka 127\.0\.0\.1:1: .*ECONNREFUSED.*; start it with "npx user-activity services start"$/,
    });
    await assert.rejects(
      consumeRange({ ...nobody, external: true }, { from: all, to: all }, () => {}),
      /; is the broker that KAFKA_BROKERS names up and reachable from here\?$/,
    );
  });
});
