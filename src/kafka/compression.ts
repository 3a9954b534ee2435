import { decompressZstd, loadNative } from "../base/zstd";
import { loadKafkajs } from "./kafkajs";
import { decompressSnappy } from "./snappy";

/** How messages may be compressed, by the number that a batch says; kafkajs reads the first two by itself. */
export const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

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
