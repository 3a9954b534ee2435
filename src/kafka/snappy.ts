/** Undoes one block; bytes that are no block of this length throw. */
type UndoBlock = (block: Uint8Array, length: number) => Uint8Array;

let loaded: Promise<UndoBlock> | undefined;

function loadSnappy(): Promise<UndoBlock> {
  loaded ??= import("hysnappy").then(({ snappyUncompressor }) => snappyUncompressor());
  return loaded;
}

/** What a stream of several blocks begins with, as Java's and Python's clients write it; two versions follow. */
const streamMark = Buffer.from("\x82SNAPPY\0", "latin1");
const streamHeaderBytes = 16;

/** Undoes snappy as Kafka's producers write it: one block (librdkafka, Go), or a stream of them (Java, Python). */
export async function decompressSnappy(bytes: Buffer): Promise<Buffer> {
  const undo = await loadSnappy();
  if (!bytes.subarray(0, streamMark.length).equals(streamMark)) return decompressBlock(undo, bytes);
  const blocks: Buffer[] = [];
  for (let at = streamHeaderBytes; at < bytes.length; ) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new Error("premature end of input");
    blocks.push(decompressBlock(undo, bytes.subarray(start, at)));
  }
  return Buffer.concat(blocks);
}

function decompressBlock(undo: UndoBlock, block: Buffer): Buffer {
  const { buffer, byteOffset, byteLength } = undo(block, readLength(block));
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A block begins with the length of what it holds: seven bits a byte, the lowest first. */
function readLength(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new Error("invalid snappy length header");
}
