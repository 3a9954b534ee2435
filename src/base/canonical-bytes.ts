import { canonicalJson } from "./json";
import { JsonOutline, kinds, none } from "./json-outline";

/** Longer JSON is left to its value: memory stays for as much as was written at a time. */
const mostBytes = 2 ** 18;
/** As many times as long a number may become, such as 1e15. */
const mostGrowth = 5;

const [comma, colon] = [0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Writes JSON in UTF-8 as canonicalJson writes its value, without its texts becoming text in between. The JSON must have
 * been parsed: nothing is checked here. Undefined for what only the value tells; see JsonOutline. One after another: the
 * bytes are written over by the next.
 */
export class CanonicalBytes {
  readonly #outline = new JsonOutline();
  #written = Buffer.alloc(0);
  #view = new DataView(this.#written.buffer);
  #end = 0;

  write(json: Uint8Array): Buffer | undefined {
    if (json.length > mostBytes || !this.#outline.read(json)) return undefined;
    const room = mostGrowth * this.#outline.source.length;
    if (this.#written.length < room) {
      this.#written = Buffer.from(new ArrayBuffer(room));
      this.#view = new DataView(this.#written.buffer);
    }
    this.#end = 0;
    this.#put(0);
    return this.#written.subarray(0, this.#end);
  }

  /** Writes the value that was found there; returns where the next is. */
  #put(at: number): number {
    const { found } = this.#outline;
    const [kind, second, third] = [found[at], found[at + 1] as number, found[at + 2] as number];
    if (kind === kinds.asItStands) {
      this.#copy(second, third);
      return at + 3;
    }
    if (kind === kinds.anew) {
      const text = canonicalJson(JSON.parse(this.#outline.source.toString("utf8", second, third)));
      this.#end += this.#written.write(text, this.#end);
      return at + 3;
    }
    if (kind === kinds.list) this.#putElements(at + 2, second);
    else this.#putMembers(third);
    return second;
  }

  #putElements(first: number, end: number): void {
    this.#written[this.#end++] = openList;
    for (let at = first; at < end; ) {
      if (at !== first) this.#written[this.#end++] = comma;
      at = this.#put(at);
    }
    this.#written[this.#end++] = closeList;
  }

  #putMembers(first: number): void {
    const { found } = this.#outline;
    this.#written[this.#end++] = openObject;
    for (let member = first; member !== none; member = found[member + 2] as number) {
      if (member !== first) this.#written[this.#end++] = comma;
      this.#copy(found[member] as number, found[member + 1] as number);
      this.#written[this.#end++] = colon;
      this.#put(member + 3);
    }
    this.#written[this.#end++] = closeObject;
  }

  /** Four bytes at a time, up to three too many: what comes next is written over them. */
  #copy(start: number, end: number): void {
    const source = this.#outline.view;
    const written = this.#view;
    for (let [at, to] = [start, this.#end]; at < end; at += 4, to += 4)
      written.setInt32(to, source.getInt32(at, true), true);
    this.#end += end - start;
  }
}
