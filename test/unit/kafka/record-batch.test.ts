import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import fc from "fast-check";
import {
  attributesOf,
  type FindCodec,
  firstOffsetOf,
  readRecordBatch,
  sizeOfBatch,
} from "user-activity/dist/kafka/record-batch";

interface Given {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
}

const load = createRequire(createRequire(__filename).resolve("kafkajs"));
const writeRecord: (record: Given) => object = load("./src/protocol/recordBatch/record/v0");
const { RecordBatch } = load("./src/protocol/recordBatch/v0") as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
};
const KafkajsDecoder: new (bytes: Buffer) => object = load("./src/protocol/decoder");
const readAsKafkajs: (decoder: object) => Promise<{ records: Record<string, unknown>[] }> = load(
  "./src/protocol/recordBatch/v0/decoder",
);
const findCodec: FindCodec = load("./src/protocol/message/compression").lookupCodecByAttributes;

const bytes = fc.option(
  fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one)),
  { freq: 5 },
);
const long = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const record = fc.record({
  offsetDelta: fc.nat({ max: 2 ** 31 - 1 }),
  timestampDelta: fc.oneof(fc.bigInt({ min: -70n, max: 70n }), fc.bigInt({ min: 0n, max: 2n ** 33n }), long),
  key: bytes,
  value: bytes,
  headers: fc.dictionary(fc.constantFrom("a", "é", "", "trace"), fc.uint8Array().map(Buffer.from), {
    noNullPrototype: true,
  }),
});
const batch = fc.record({
  firstOffset: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  firstTimestamp: long,
  maxTimestamp: long,
  producerId: fc.bigInt({ min: -1n, max: 2n ** 40n }),
  transactional: fc.boolean(),
  compression: fc.constantFrom(0, 1),
  records: fc.array(record, { maxLength: 10 }),
});

async function encode({ records, ...head }: { records: Given[]; [key: string]: unknown }): Promise<Buffer> {
  const { buffer } = await RecordBatch({ ...head, records: records.map(writeRecord) });
  return Buffer.from(buffer);
}

/** Sets flags that kafkajs's writer does not. */
function withFlags(bytes: Buffer, flags: number): Buffer {
  const marked = Buffer.from(bytes);
  marked.writeInt16BE(attributesOf(bytes) | flags, 21);
  return marked;
}

test("a batch gives what kafkajs's own reader makes of it, with its headers as a list", async () => {
  await fc.assert(
    fc.asyncProperty(batch, fc.constantFrom(0, 8, 32), async (given, flags) => {
      const written = withFlags(await encode(given), flags);
      const behind = Buffer.concat([written, Buffer.from("what comes next")]);
      assert.equal(sizeOfBatch(behind), written.length);
      assert.equal(firstOffsetOf(behind), given.firstOffset);
      const expected = await readAsKafkajs(new KafkajsDecoder(written));
      const records = await readRecordBatch(behind.subarray(0, written.length), findCodec);
      const found = records.map(({ headers, batchContext, ...one }) => ({
        ...one,
        headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])),
        producerId: batchContext?.producerId,
        inTransaction: batchContext?.inTransaction,
      }));
      const asFound = expected.records.map(
        ({ offset, timestamp, key, value, headers, isControlRecord, batchContext }) => {
          const { producerId, inTransaction } = batchContext as Record<string, unknown>;
          return { offset, timestamp, key, value, isControlRecord, headers, producerId, inTransaction };
        },
      );
      assert.deepEqual(found, asFound);
    }),
  );
});

test("headers keep their order, and each its name as often as it stands", async () => {
  const headers = {
    b: [Buffer.from("1"), Buffer.from("2")],
    a: Buffer.from("3"),
    toString: Buffer.from("4"),
  };
  const written = await encode({
    records: [{ offsetDelta: 0, timestampDelta: 0n, key: null, value: null, headers }],
  });
  const [record] = await readRecordBatch(written, findCodec);
  assert.deepEqual(
    record?.headers.map(({ key, value }) => `${key}=${value}`),
    ["b=1", "b=2", "a=3", "toString=4"],
  );
});

test("a batch that is cut, or whose records go beyond it, is not read", async () => {
  const value = Buffer.from("x".repeat(100));
  const records = [0, 1].map((offsetDelta) => ({
    offsetDelta,
    timestampDelta: 5_000_000_000n,
    key: value,
    value,
    headers: { a: value },
  }));
  const written = await encode({ records });
  assert.equal(sizeOfBatch(written.subarray(0, 60)), Number.POSITIVE_INFINITY);
  for (let end = 61; end < written.length; end++) {
    const cut = Buffer.from(written.subarray(0, end));
    await assert.rejects(readRecordBatch(cut, findCodec), RangeError);
    cut.writeInt32BE(end - 12, 8);
    await assert.rejects(readRecordBatch(cut, findCodec), RangeError);
  }
  const short = Buffer.from(written);
  short.writeInt32BE(-12, 8);
  assert.equal(sizeOfBatch(short), 61);
});
