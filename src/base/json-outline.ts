/** Arrays and objects within each other that are followed. */
const mostLevels = 100;
/** Members of an object that are put in order one by one. */
const mostMembers = 64;
/** Digits that a double keeps: with no zero too many, a number of so many is written as its double is. */
const keptDigits = 15;
/** Bytes that may be read behind the JSON. */
const spare = 8;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [plus, minus, point, zero, nine] = [0x2b, 0x2d, 0x2e, 0x30, 0x39];
const [upperE, lowerE, lowerF] = [0x45, 0x65, 0x66];

/** What a value is; without parts, it stands in its canonical form or is to be written anew. */
export const kinds = { asItStands: 0, anew: 1, list: 2, object: 3 } as const;

/** Stands for no member. */
export const none = -1;

/** Where the values and members of a JSON text begin and end, its objects' members in the order of their keys. */
export class JsonOutline {
  /** The text, with some bytes behind it that are none of it. */
  source = Buffer.alloc(0);
  view = new DataView(this.source.buffer);
  /**
   * The values, those within another behind it. Without parts: kind, start, end. A list: kind, where it ends in here. An
   * object: kind, where it ends in here, the member whose key is the least; members: start and end of the key, quotes and
   * all, the member with the next key, the value.
   */
  found = new Int32Array(0);
  #end = 0;
  #levels = 0;
  /** Whether the text does not tell enough. */
  #isBeyond = false;

  /**
   * Outlines JSON in UTF-8, which must have been parsed: nothing is checked here. False for what only its value tells:
   * where a key is not of ASCII, has an escape, stands twice in its object or is one of very many, where a number is 2^53
   * or above in size, and far within.
   */
  read(json: Uint8Array): boolean {
    this.#reserve(json.length);
    this.source.set(json);
    this.#end = 0;
    this.#levels = 0;
    this.#isBeyond = false;
    this.#find(this.#skipSpace(0));
    return !this.#isBeyond;
  }

  /** A value takes three places for at least two bytes, a member six for five. */
  #reserve(length: number): void {
    if (length + spare <= this.source.length) return;
    const room = 2 * (length + spare);
    this.source = Buffer.from(new ArrayBuffer(room));
    this.view = new DataView(this.source.buffer);
    this.found = new Int32Array(2 * room);
  }

  /** Finds the value that begins there; returns where it ends. */
  #find(at: number): number {
    const first = this.source[at] as number;
    if (first === quote) return this.#findText(at);
    if (first === openObject || first === openList) return this.#findParts(at, first);
    if (first === minus || (first >= zero && first <= nine)) return this.#findNumber(at);
    return this.#note(kinds.asItStands, at, at + (first === lowerF ? 5 : 4));
  }

  #skipSpace(start: number): number {
    const { source } = this;
    let at = start;
    while ((source[at] as number) <= 0x20) at++;
    return at;
  }

  #note(kind: number, start: number, end: number): number {
    const { found } = this;
    const at = this.#end;
    found[at] = kind;
    found[at + 1] = start;
    found[at + 2] = end;
    this.#end = at + 3;
    return end;
  }

  #findText(start: number): number {
    const { source, view } = this;
    let kind: number = kinds.asItStands;
    let at = start + 1;
    for (;;) {
      while (!hasEither(view.getInt32(at, true))) at += 4;
      while (source[at] !== quote && source[at] !== backslash) at++;
      if (source[at] === quote) return this.#note(kind, start, at + 1);
      kind = kinds.anew;
      at += 2;
    }
  }

  #findNumber(start: number): number {
    const { source } = this;
    const first = source[start] === minus ? start + 1 : start;
    let [at, dot, hasExponent] = [first, none, false];
    for (; ; at++) {
      const byte = source[at] as number;
      if (byte >= zero && byte <= nine) continue;
      if (byte === point) dot = at;
      else if (byte === lowerE || byte === upperE || byte === minus || byte === plus) hasExponent = true;
      else break;
    }
    const isWhole = dot === none;
    const hasZeros = !isWhole && source[at - 1] === zero;
    const isSmall = source[first] === zero && (isWhole ? first !== start : at - dot > 7); // -0, or below 1e-6
    const isKept = at - first <= (isWhole ? keptDigits : keptDigits + 1);
    const stands = isKept && !hasExponent && !hasZeros && !isSmall;
    if (!stands && !(Math.abs(Number(source.toString("latin1", start, at))) < 2 ** 53)) this.#isBeyond = true;
    return this.#note(stands ? kinds.asItStands : kinds.anew, start, at);
  }

  #findParts(start: number, opens: number): number {
    if (++this.#levels > mostLevels) this.#isBeyond = true;
    const inside = this.#skipSpace(start + 1);
    const end = opens === openList ? this.#findElements(inside) : this.#findMembers(inside);
    this.#levels--;
    return end;
  }

  #findElements(inside: number): number {
    const { source, found } = this;
    const list = this.#end;
    this.#end += 2;
    found[list] = kinds.list;
    let at = inside;
    let isMore = source[at] !== closeList;
    while (isMore && !this.#isBeyond) {
      at = this.#skipSpace(this.#find(at));
      isMore = source[at] === comma;
      if (isMore) at = this.#skipSpace(at + 1);
    }
    found[list + 1] = this.#end;
    return at + 1;
  }

  #findMembers(inside: number): number {
    const { source, found } = this;
    const object = this.#end;
    this.#end += 3;
    found[object] = kinds.object;
    found[object + 2] = none;
    let [at, last, count] = [inside, none, 0];
    let isMore = source[at] !== closeObject;
    while (isMore && !this.#isBeyond) {
      const member = this.#end;
      at = this.#findKey(at);
      at = this.#skipSpace(this.#find(this.#skipSpace(at + 1)));
      last = this.#order(object, member, last);
      if (++count > mostMembers) this.#isBeyond = true;
      isMore = source[at] === comma;
      if (isMore) at = this.#skipSpace(at + 1);
    }
    found[object + 1] = this.#end;
    return at + 1;
  }

  /** Begins a member; returns where its colon stands. */
  #findKey(start: number): number {
    const { source } = this;
    let at = start + 1;
    for (let byte = source[at] as number; byte !== quote; byte = source[++at] as number) {
      if (byte !== backslash && byte <= 0x7f) continue;
      this.#isBeyond = true;
      if (byte === backslash) at++;
    }
    this.#note(start, at + 1, none);
    return this.#skipSpace(at + 1);
  }

  /** Puts a member where its key belongs; returns the last one. */
  #order(object: number, member: number, last: number): number {
    const { found } = this;
    if (last !== none && this.#isBefore(last, member)) {
      found[last + 2] = member;
      return member;
    }
    let [before, next] = [none, found[object + 2] as number];
    while (next !== none && this.#isBefore(next, member)) {
      before = next;
      next = found[next + 2] as number;
    }
    found[member + 2] = next;
    found[before === none ? object + 2 : before + 2] = member;
    return last === none ? member : last;
  }

  #isBefore(one: number, other: number): boolean {
    const { source, found } = this;
    let [a, b] = [found[one] as number, found[other] as number];
    const [lengthOfOne, lengthOfOther] = [(found[one + 1] as number) - a, (found[other + 1] as number) - b];
    for (const end = a + Math.min(lengthOfOne, lengthOfOther) - 1; a < end; a++, b++) {
      const difference = (source[a] as number) - (source[b] as number);
      if (difference !== 0) return difference < 0;
    }
    if (lengthOfOne === lengthOfOther) this.#isBeyond = true; // as it stands twice
    return lengthOfOne < lengthOfOther;
  }
}

/** Whether one of four bytes is a quote or a backslash. */
function hasEither(four: number): boolean {
  const [quotes, backslashes] = [four ^ 0x22222222, four ^ 0x5c5c5c5c];
  return (
    ((((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes)) & 0x80808080) !== 0
  );
}
