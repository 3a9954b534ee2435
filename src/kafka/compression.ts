import zlib = require("node:zlib");

import { loadKafkajs } from "./kafkajs";
import { decompressSnappy } from "./snappy";

/** How messages may be compressed, by the number that a batch says; kafkajs reads the first two by itself. */
export const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

type Decompress = (bytes: Buffer) => Promise<Buffer> | Buffer;

/** Has kafkajs read what any producer, or the topic's own compression.type, has compressed. Nothing is loaded before it is needed. */
export function installCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = loadKafkajs();
  CompressionCodecs[CompressionTypes.Snappy] = () => ({ decompress: decompressSnappy });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({ decompress: decompressLz4 });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({ decompress: decompressZstd });
}

function decompressLz4(bytes: Buffer): Buffer {
  return loadNative<typeof import("lz4-napi")>("lz4-napi").decompressFrameSync(bytes);
}

/** Node's own from 22.15 on; its types here are those of Node 20. */
const nodesZstd = (zlib as { readonly zstdDecompressSync?: (bytes: Buffer) => Buffer }).zstdDecompressSync;
let decoder: Decompress | undefined;

function decompressZstd(bytes: Buffer): Promise<Buffer> | Buffer {
  decoder ??= nodesZstd ?? openDecoder();
  return decoder(bytes);
}

function openDecoder(): Decompress {
  const { Decoder } = loadNative<typeof import("@toondepauw/node-zstd")>("@toondepauw/node-zstd");
  const native = new Decoder();
  return (bytes) => native.decodeSync(bytes);
}

/** These packages hold a binary for the usual machines. */
function loadNative<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (cause) {
    const machine = `${process.platform} ${process.arch}`;
    throw new Error(`the package ${name} has nothing for this machine (${machine})`, { cause });
  }
}
