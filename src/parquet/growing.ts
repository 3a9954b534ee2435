import type { ScalarType } from "../tables/tables";
import { ByteValues, GrowingBytes } from "./growing-bytes";

/** Values as PLAIN writes them. */
export type Bounds = readonly [least: Buffer, greatest: Buffer];

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
  /** The least and the greatest value, PLAIN; undefined where there is none, and of text. */
  bounds(): Bounds | undefined;
  clear(): void;
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

  /** Its order in JavaScript (UTF-16) is not that of Parquet (bytes). */
  bounds(): undefined {}

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

  bounds(): Bounds | undefined {
    if (this.length === 0) return undefined;
    let [least, greatest] = [this.start, this.start];
    for (let at = this.start + this.width; at < this.end; at += this.width) {
      if (this.isLess(at, least)) least = at;
      else if (this.isLess(greatest, at)) greatest = at;
    }
    return [this.boundAt(least), this.boundAt(greatest)];
  }

  protected boundAt(at: number): Buffer {
    return Buffer.from(this.buffer.subarray(at, at + this.width));
  }

  protected endOf(at: number, count: number): number {
    return at + this.width * count;
  }

  /** Whether the value that begins at one place is less than the one at another. */
  protected abstract isLess(one: number, other: number): boolean;
}

class Int32s extends FixedValues implements PlainValues {
  protected readonly width = 4;

  push(value: number): void {
    if (this.end + 4 > this.buffer.length) this.grow(4);
    this.view.setInt32(this.end, value, true);
    this.end += 4;
    this.length++;
  }

  protected isLess(one: number, other: number): boolean {
    return this.view.getInt32(one, true) < this.view.getInt32(other, true);
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

  protected isLess(one: number, other: number): boolean {
    const { view } = this;
    const [high, otherHigh] = [view.getInt32(one + 4, true), view.getInt32(other + 4, true)];
    return (
      high < otherHigh || (high === otherHigh && view.getUint32(one, true) < view.getUint32(other, true))
    );
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

  protected isLess(one: number, other: number): boolean {
    return this.view.getFloat64(one, true) < this.view.getFloat64(other, true);
  }

  /** 0 also for -0. */
  protected override boundAt(at: number): Buffer {
    const bound = super.boundAt(at);
    bound.writeDoubleLE(this.view.getFloat64(at, true) + 0);
    return bound;
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

  bounds(): Bounds | undefined {
    if (this.length === 0) return undefined;
    const first = this.bitAt(0);
    let index = 1;
    while (index < this.length && this.bitAt(index) === first) index++;
    const isOther = index < this.length;
    return [Buffer.of(first && !isOther ? 1 : 0), Buffer.of(first || isOther ? 1 : 0)];
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
