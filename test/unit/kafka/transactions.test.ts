import assert from "node:assert/strict";
import { test } from "node:test";
import { type FetchedPartition, markAborted } from "user-activity/dist/kafka/transactions";

test("aborted transactions of several producers are passed over, by the rule of Kafka's own consumer", () => {
  const message = (offset: number, producerId: string, marker?: "abort" | "commit") => ({
    offset: String(offset),
    key: marker ? Buffer.from([0, 0, 0, marker === "abort" ? 0 : 1]) : null,
    isControlRecord: marker !== undefined,
    batchContext: { producerId, inTransaction: true },
  });
  const partition: FetchedPartition = {
    // a fetch from offset 10 on: both transactions began before it, and a third begins inside
    abortedTransactions: [
      { producerId: "b", firstOffset: "5" },
      { producerId: "a", firstOffset: "3" },
      { producerId: "a", firstOffset: "15" },
    ],
    messages: [
      message(10, "b"),
      message(11, "c"),
      message(12, "a"),
      message(13, "b", "abort"),
      message(14, "a", "abort"),
      message(15, "a"),
      message(16, "b"),
      message(17, "a", "abort"),
      message(18, "a"),
    ],
  };
  markAborted(partition);
  const read = partition.messages
    .filter(({ isControlRecord }) => !isControlRecord)
    .map(({ offset }) => offset);
  assert.deepEqual(read, ["11", "16", "18"]);
  assert.deepEqual(partition.abortedTransactions, []);
});
