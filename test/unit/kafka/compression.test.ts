import assert from "node:assert/strict";
import { test } from "node:test";
import { CompressionCodecs } from "kafkajs";
import { installCodecs } from "user-activity/dist/kafka/compression";

installCodecs();
const line = '{"user_exam_id":"exam-1","started_at":"2016-01-05T10:00:00Z"}\n';
const text = Buffer.from(line.repeat(30));
const record = Buffer.concat([Buffer.from("lh0AAAABiB0=", "base64"), text, Buffer.from([0])]);

/** The same line thirty times as producers have compressed it: [who, number of the codec, base64, what it holds]. */
const frames: readonly (readonly [string, 2 | 3 | 4, string, Buffer])[] = [
  [
    "snappy of one block, by librdkafka and Go",
    2,
    "xA5AeyJ1c2VyX2V4YW1faWQiOiIBCoAtMSIsInN0YXJ0ZWRfYXQiOiIyMDE2LTAxLTA1VDEwOjABAwxaIn0K/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4A/j4ACT4=",
    text,
  ],
  [
    "snappy of a stream, by aiokafka",
    2,
    "glNOQVBQWQAAAAABAAAAAQAAAJXEDkB7InVzZXJfZXhhbV9pZCI6IgEKgC0xIiwic3RhcnRlZF9hdCI6IjIwMTYtMDEtMDVUMTA6MAEDDFoifQr+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgD+PgAJPg==",
    text,
  ],
  [
    "snappy of a stream, by Java",
    2,
    "glNOQVBQWQAAAAABAAAAAQAAAJ/NDmCWHQAAAAGIHXsidXNlcl9leGFtX2lkIjoiAQqALTEiLCJzdGFydGVkX2F0IjoiMjAxNi0wMS0wNVQxMDowAQMMWiJ9Cv4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AP4+AAk+AAA=",
    record,
  ],
  [
    "lz4 with checksums of blocks, by aiokafka",
    3,
    "BCJNGHBArU4AAADwAnsidXNlcl9leGFtX2lkIjoiCgDwEi0xIiwic3RhcnRlZF9hdCI6IjIwMTYtMDEtMDVUMTA6MAMAT1oifQo+AP////////RQMFoifQpq0iyiAAAAAA==",
    text,
  ],
  [
    "lz4 by Java",
    3,
    "BCJNGGBAglYAAADwCpYdAAAAAYgdeyJ1c2VyX2V4YW1faWQiOiIKAPASLTEiLCJzdGFydGVkX2F0IjoiMjAxNi0wMS0wNVQxMDowAwBPWiJ9Cj4A////////9VBaIn0KAAAAAAA=",
    record,
  ],
  [
    "zstd by aiokafka",
    4,
    "KLUv/WBEBh0CAGQDeyJ1c2VyX2V4YW1faWQiOiItMSIsInN0YXJ0ZWRfYXQiOiIyMDE2LTAxLTA1VDEwOjBaIn0KAwADB+FJdPx2LUs=",
    text,
  ],
  [
    "zstd that does not tell its length, by Java",
    4,
    "KLUv/QBYhAIAdASWHQAAAAGIHXsidXNlcl9leGFtX2lkIjoiZXhhbS0xIiwic3RhcnRlZF9hdCI6IjIwMTYtMDEtMDVUMTA6MDA6MDBaIn0KAAEAxsDBH6IBAAA=",
    record,
  ],
];

async function decompress(codec: 2 | 3 | 4, bytes: Buffer): Promise<Buffer> {
  return CompressionCodecs[codec]().decompress(bytes);
}

for (const [who, codec, frame, expected] of frames) {
  const bytes = Buffer.from(frame, "base64");

  test(`reads ${who}`, async () => {
    assert.deepEqual(await decompress(codec, bytes), expected);
  });

  test(`takes ${who} that is cut for nothing whole`, async () => {
    for (const end of [10, 17, 20, bytes.length >> 1, bytes.length - 12]) {
      const found = await decompress(codec, bytes.subarray(0, end)).catch(() => undefined);
      assert.notDeepEqual(found, expected, `${end} bytes`);
    }
  });
}
