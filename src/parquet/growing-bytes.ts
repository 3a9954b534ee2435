const firstBytes = 1024;
/** Room for the head of a page that has few levels. */
const firstRoom = 64;

/** Bytes that grow to twice as many where there is no room, behind room for a head. */
export abstract class GrowingBytes {
  length = 0;
  /** Where the first value stands. */
  protected start = firstRoom;
  protected end = firstRoom;
  protected buffer = Buffer.allocUnsafeSlow(firstBytes);
  protected view = viewOf(this.buffer);
  #spare: Buffer<ArrayBuffer> | undefined;

  bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  lend(head: Uint8Array): Buffer {
    if (head.length > this.start) this.move(Math.max(head.length, 2 * this.start), this.buffer.length);
    const from = this.start - head.length;
    this.buffer.set(head, from);
    const lent = this.buffer.subarray(from, this.end);
    const spare = this.#spare;
    this.#spare = undefined;
    this.use(spare && spare.length > this.start ? spare : Buffer.allocUnsafeSlow(this.start + firstBytes));
    this.clear();
    return lent;
  }

  takeBack(lent: Buffer): void {
    this.#spare = Buffer.from(lent.buffer as ArrayBuffer);
  }

  clear(): void {
    this.length = 0;
    this.end = this.start;
  }

  protected grow(most: number): void {
    this.move(this.start, Math.max(2 * this.buffer.length, this.end + most));
  }

  private move(start: number, bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(start + bytes);
    this.buffer.copy(larger, start, this.start, this.end);
    this.end += start - this.start;
    this.start = start;
    this.use(larger);
  }

  private use(memory: Buffer<ArrayBuffer>): void {
    this.buffer = memory;
    this.view = viewOf(memory);
  }
}

/** Values of whole bytes. */
export abstract class ByteValues extends GrowingBytes {
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

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
