import zlib = require("node:zlib");

/** Large pieces beside this thread. */
type CompressZstd = (bytes: Buffer) => Promise<Buffer> | Buffer;

type Zstd = typeof import("@toondepauw/node-zstd");

/** Node's own from 22.15 on; its types here are those of Node 20. */
const nodes = zlib as {
  readonly constants: Readonly<Record<string, number>>;
  readonly zstdCompressSync?: (bytes: Buffer, options: object) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer) => Buffer;
};

/** Below that a thread is told of a piece in about the time that it takes to compress it. */
const leastBeside = 2 ** 16;
/** Takes no longer than 1 here, and a tenth fewer bytes. */
const level = 2;

let compress: CompressZstd | undefined;
let decompress: ((bytes: Buffer) => Buffer) | undefined;

/** Compresses, by the package, so that the same values give the same bytes on every Node; by Node's own where it has none. */
export function compressZstd(bytes: Buffer): Promise<Buffer> | Buffer {
  compress ??= openCompressor();
  return compress(bytes);
}

/** Decompresses frames of any level, by Node's own code where it has some. */
export function decompressZstd(bytes: Uint8Array): Buffer {
  decompress ??= nodes.zstdDecompressSync ?? openDecompressor();
  return decompress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}

function openCompressor(): CompressZstd {
  const { zstdCompressSync } = nodes;
  if (zstdCompressSync && !hasPackage()) {
    const params = { [nodes.constants.ZSTD_c_compressionLevel ?? 100]: level };
    return (bytes) => zstdCompressSync(bytes, { params });
  }
  const { Encoder } = loadNative<Zstd>("@toondepauw/node-zstd");
  const native = new Encoder(level);
  return (bytes) => (bytes.length < leastBeside ? native.encodeSync(bytes) : native.encode(bytes));
}

function openDecompressor(): (bytes: Buffer) => Buffer {
  const { Decoder } = loadNative<Zstd>("@toondepauw/node-zstd");
  const native = new Decoder();
  return (bytes) => native.decodeSync(bytes);
}

function hasPackage(): boolean {
  try {
    loadNative("@toondepauw/node-zstd");
    return true;
  } catch {
    return false;
  }
}

/** Loads a package that holds a binary for the usual machines. */
export function loadNative<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (cause) {
    const machine = `${process.platform} ${process.arch}`;
    throw new Error(`the package ${name} has nothing for this machine (${machine})`, { cause });
  }
}
