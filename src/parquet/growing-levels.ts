const firstLevels = 1024;

/** The levels of a column since its last page. */
export class GrowingLevels {
  length = 0;
  #levels = new Uint16Array(firstLevels);

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
