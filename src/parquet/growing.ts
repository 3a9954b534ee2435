import type { ScalarType } from "../tables/tables";
import { GrowingBytes } from "./growing-bytes";

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
  /**
   * The page's bytes behind a head, which are left alone until they are given back, and not behind that; nothing is
   * left here.
   */
  lend(head: Uint8Array): Buffer;
  /** Takes back what was lent, to be written over. */
  takeBack(lent: Buffer): void;
  /** Takes values out: of each, in their order, 1 says that it stays. */
  retain(stays: Uint8Array): void;
  /** What is there, each once; nothing of text. */
  distinct(): Set<unknown>;
  clear(): void;
}

/** Values of whole bytes. */
abstract class ByteValues extends GrowingBytes {
  retain(stays: Uint8Array): void {
    let [at, to, kept] = [this.start, this.start, 0];
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
  /** What was pushed last, and the bytes that it takes at the end: 0 where something else stands there. */
  #last = "";
  #lastBytes = 0;

  push(text: string): void {
    const most = 4 + 3 * text.length;
    if (this.end + most > this.buffer.length) this.grow(most);
    if (this.#lastBytes > 0 && text === this.#last) this.#repeat();
    else {
      const bytes = this.buffer.write(text, this.end + 4);
      this.view.setUint32(this.end, bytes, true);
      this.#last = text;
      this.#lastBytes = 4 + bytes;
    }
    this.end += this.#lastBytes;
    this.length++;
  }

  override retain(stays: Uint8Array): void {
    super.retain(stays);
    this.#lastBytes = 0;
  }

  override clear(): void {
    super.clear();
    this.#lastBytes = 0;
  }

  /** Parts of an event share its columns: copied, they are not written again and again. */
  #repeat(): void {
    const { view, end } = this;
    const size = this.#lastBytes;
    let at = 0;
    for (; at + 4 <= size; at += 4) view.setInt32(end + at, view.getInt32(end - size + at));
    for (; at < size; at++) view.setInt8(end + at, view.getInt8(end - size + at));
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
    for (let at = this.start; at < this.end; at += this.width) found.add(this.valueAt(at));
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
    this.view.setInt32(this.end, value, true);
    this.end += 4;
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.view.getInt32(at, true);
  }
}

/** Numbers within 2^53 without making bigints of them. */
class Int64s extends FixedValues implements PlainValues {
  protected readonly width = 8;

  push(value: number | bigint): void {
    if (this.end + 8 > this.buffer.length) this.grow(8);
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      this.view.setUint32(this.end, value, true); // modulo 2^32, for negative ones too
      this.view.setInt32(this.end + 4, Math.floor(value / 2 ** 32), true);
    } else {
      this.view.setBigInt64(this.end, BigInt(value), true);
    }
    this.end += 8;
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.view.getBigInt64(at, true);
  }
}

class Doubles extends FixedValues implements PlainValues {
  protected readonly width = 8;

  push(value: number): void {
    if (this.end + 8 > this.buffer.length) this.grow(8);
    this.view.setFloat64(this.end, value, true);
    this.end += 8;
    this.length++;
  }

  protected valueAt(at: number): unknown {
    return this.view.getFloat64(at, true);
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
    let [kept, byte] = [0, 0];
    for (let index = 0; index < this.length; index++) {
      if (stays[index] === 0) continue;
      if (this.bitAt(index)) byte |= 1 << (kept & 7);
      kept++;
      if ((kept & 7) !== 0) continue;
      this.buffer[this.start + (kept >> 3) - 1] = byte; // which is read already
      byte = 0;
    }
    if ((kept & 7) !== 0) this.buffer[this.start + (kept >> 3)] = byte;
    this.length = kept;
    this.end = this.start + Math.ceil(kept / 8);
  }

  distinct(): Set<unknown> {
    const found = new Set<unknown>();
    for (let index = 0; index < this.length && found.size < 2; index++) found.add(this.bitAt(index));
    return found;
  }

  private bitAt(index: number): boolean {
    return (((this.buffer[this.start + (index >> 3)] as number) >> (index & 7)) & 1) === 1;
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
