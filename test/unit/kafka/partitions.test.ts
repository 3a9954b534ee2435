import assert from "node:assert/strict";
import { test } from "node:test";
import { hashKey, partitionOf } from "user-activity/dist/kafka/partitions";

// from the tests of Kafka's own client, in Java: org.apache.kafka.common.utils.UtilsTest
const known: Readonly<Record<string, number>> = {
  "21": -973932308,
  foobar: -790332482,
  "a-little-bit-long-string": -985981536,
  "a-little-bit-longer-string": -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  abc: 479470107,
};

test("a key's hash is Kafka's own, without its sign", () => {
  for (const [key, murmur2] of Object.entries(known)) {
    assert.equal(hashKey(key), murmur2 & 0x7fffffff, key);
    assert.equal(hashKey(Buffer.from(key)), hashKey(key));
  }
});

test("a key's partition is the rest of its hash, and the same each time", () => {
  const partitions = Object.keys(known).map((key) => partitionOf(key, 3));
  assert.deepEqual(
    partitions,
    Object.values(known).map((murmur2) => (murmur2 & 0x7fffffff) % 3),
  );
});
