/** How many hashes are kept: up to so many different values are counted exactly, more to some 2 %. */
const kept = 2048;

/**
 * Counts different texts in bounded room: the least of their hashes stand for all (Bar-Yossef et al. 2002), so that the
 * count is the same in whatever order they come, and two counts merge into that of all.
 */
export class Distinct {
  readonly #hashes = new Set<number>();
  /** Hashes from here on are among the least no more. */
  #end = Number.POSITIVE_INFINITY;

  add(text: string): void {
    this.#put(hashOf(text));
  }

  /** Adds what another one has seen. */
  merge(other: Distinct): void {
    for (const hash of other.#hashes) this.#put(hash);
  }

  get count(): number {
    this.#trim(kept);
    if (this.#hashes.size < kept) return this.#hashes.size;
    return Math.round(((kept - 1) / Math.max(...this.#hashes)) * 2 ** 53);
  }

  #put(hash: number): void {
    if (hash >= this.#end) return;
    this.#hashes.add(hash);
    this.#trim(2 * kept);
  }

  /** Takes out all but the least, where there are more than `most`. */
  #trim(most: number): void {
    if (this.#hashes.size <= most) return;
    const sorted = [...this.#hashes].sort((a, b) => a - b);
    this.#end = sorted[kept] ?? Number.POSITIVE_INFINITY;
    for (const hash of sorted.slice(kept)) this.#hashes.delete(hash);
  }
}

/** Hashes a text to 53 bits (two multiplications a character, mixed as MurmurHash3 ends). */
function hashOf(text: string): number {
  let [a, b] = [0x9e3779b1, 0x85ebca77];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b >>> 11) * 2 ** 32 + (a >>> 0);
}
