import type { ScalarType } from "../tables/tables";

/**
 * The values of a column since its last page, PLAIN as they come: as bytes, so that no value outlives its row. The memory
 * stays for the pages after.
 */
export interface PlainValues {
  /** How many there are. */
  readonly length: number;
  /** Adds a value that its type's check has passed. */
  push(value: never): void;
  /** The page's bytes, until the next push or clear. */
  bytes(): Buffer;
  /** Takes values out: of each, in their order, 1 says that it stays. */
  retain(stays: Uint8Array): void;
  /** What is there, each once; nothing of text. */
  distinct(): Set<unknown>;
  clear(): void;
}

const firstBytes = 1024;

/** Bytes that grow to twice as many where there is no room. */
abstract class GrowingBytes {
  length = 0;
  protected end = 0;
  protected buffer = Buffer.allocUnsafeSlow(firstBytes);

  bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  clear(): void {
    this.length = 0;
    this.end = 0;
  }

  protected grow(most: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.end + most));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }
}

/** Values of whole bytes. */
abstract class ByteValues extends GrowingBytes {
  retain(stays: Uint8Array): void {
    let [at, to, kept] = [0, 0, 0];
    for (let index = 0; index < this.length; ) {
      const [start, first] = [at, index];
      const goes = stays.indexOf(0, index);
      index = goes === -1 || goes > this.length ? this.length : goes;
      at = this.endOf(start, index - first);
      if (start !== to) this.buffer.copyWithin(to, start, at);
      to += at - start;
      kept += index - first;
      if (index < this.length) at = this.endOf(at, 1);
      index++;
    }
    this.length = kept;
    this.end = to;
  }

  /** Where so many values end, the first of which begins at `at`. */
  protected abstract endOf(at: number, count: number): number;
}

/** 4 bytes of length, then UTF-8. */
class Texts extends ByteValues implements PlainValues {
  push(text: string): void {
    const most = 4 + 3 * text.length;
    if (this.end + most > this.buffer.length) this.grow(most);
    const bytes = this.buffer.write(text, this.end + 4);
    this.buffer.writeUInt32LE(bytes, this.end);
    this.end += 4 + bytes;
    this.length++;
  }

  distinct(): Set<unknown> {
    return new Set();
  }

  protected endOf(at: number, count: number): number {
    const { buffer } = this;
    let end = at;
    for (let left = count; left > 0; left--)
      end +=
        4 +
        ((buffer[end] as number) | ((buffer[end + 1] as number) << 8) | ((buffer[end + 2] as number) << 16)) +
        (buffer[end + 3] as number) * 2 ** 24;
    return end;
  }
}

/** Values that all take as many bytes. */
abstract class FixedValues extends ByteValues {
  protected abstract readonly width: number;

  distinct(): Set<unknown> {
    const found = new Set<unknown>();
    for (let at = 0; at < this.end; at += this.width) found.add(this.valueAt(at));
    return found;
  }

  protected endOf(at: number, count: number): number {
    return at + this.width * count;
  }

  protected abstract valueAt(at: number): unknown;
}

class Int32s extends FixedValues implements PlainValues {
  protected readonly width = 4;

  push(value: number): void {
    if (this.end + 4 > this.buffer.length) this.grow(4);
    this.end = this.buffer.writeInt32LE(value, this.end);
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.buffer.readInt32LE(at);
  }
}

/** Numbers within 2^53 without making bigints of them. */
class Int64s extends FixedValues implements PlainValues {
  protected readonly width = 8;

  push(value: number | bigint): void {
    if (this.end + 8 > this.buffer.length) this.grow(8);
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      this.buffer.writeUInt32LE(value >>> 0, this.end); // modulo 2^32, for negative ones too
      this.buffer.writeInt32LE(Math.floor(value / 2 ** 32), this.end + 4);
    } else {
      this.buffer.writeBigInt64LE(BigInt(value), this.end);
    }
    this.end += 8;
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.buffer.readBigInt64LE(at);
  }
}

class Doubles extends FixedValues implements PlainValues {
  protected readonly width = 8;

  push(value: number): void {
    if (this.end + 8 > this.buffer.length) this.grow(8);
    this.end = this.buffer.writeDoubleLE(value, this.end);
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.buffer.readDoubleLE(at);
  }
}

/** Eight to a byte, the first in its lowest bit. */
class Booleans extends GrowingBytes implements PlainValues {
  push(value: boolean): void {
    const bit = this.length & 7;
    if (bit === 0) {
      if (this.end === this.buffer.length) this.grow(1);
      this.buffer[this.end++] = 0;
    }
    if (value) this.buffer[this.end - 1] = (this.buffer[this.end - 1] as number) | (1 << bit);
    this.length++;
  }

  retain(stays: Uint8Array): void {
    const values = Array.from({ length: this.length }, (_, index) => this.bitAt(index));
    this.clear();
    for (const [index, value] of values.entries()) if (stays[index]) this.push(value);
  }

  distinct(): Set<unknown> {
    return new Set(Array.from({ length: this.length }, (_, index) => this.bitAt(index)));
  }

  private bitAt(index: number): boolean {
    return (((this.buffer[index >> 3] as number) >> (index & 7)) & 1) === 1;
  }
}

const kinds = {
  STRING: Texts,
  INT32: Int32s,
  DATE: Int32s,
  INT64: Int64s,
  TIMESTAMP: Int64s,
  DOUBLE: Doubles,
  BOOLEAN: Booleans,
} as const satisfies Readonly<Record<ScalarType, new () => PlainValues>>;

/** Creates the values of a column, none yet. */
export function createPlainValues(type: ScalarType): PlainValues {
  return new kinds[type]();
}

/** The levels of a column since its last page. */
export class GrowingLevels {
  length = 0;
  #levels = new Uint16Array(firstBytes);

  push(level: number): void {
    if (this.length === this.#levels.length) {
      const larger = new Uint16Array(2 * this.length);
      larger.set(this.#levels);
      this.#levels = larger;
    }
    this.#levels[this.length++] = level;
  }

  /** Takes levels out: of each, in their order, 1 says that it stays. */
  retain(stays: Uint8Array): void {
    let to = 0;
    for (let index = 0; index < this.length; ) {
      const goes = stays.indexOf(0, index);
      const end = goes === -1 || goes > this.length ? this.length : goes;
      this.#levels.copyWithin(to, index, end);
      to += end - index;
      index = end + 1;
    }
    this.length = to;
  }

  /** All of them, until the next push or clear. */
  all(): Uint16Array {
    return this.#levels.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}
