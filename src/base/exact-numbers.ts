import { randomUUID } from "node:crypto";

/**
 * A number of a JSON text above 2^53 in size that its double is not written as: JSON.parse would make a neighbour of it,
 * and two such numbers the same.
 */
export class ExactNumber {
  /** As it is written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The neighbour; where it is beyond all doubles, Infinity. */
  valueOf(): number {
    return Number(this.text);
  }

  toJSON(): number {
    return this.valueOf();
  }

  /** One text for one number, however it is written: its digits without zeros at either end, and the power of ten. */
  toDecimal(): string {
    return toDecimal(this.text);
  }

  isWhole(): boolean {
    return !/e-/.test(this.toDecimal());
  }
}

/** Parses JSON as JSON.parse does, but for numbers above 2^53 that their doubles are not written as: ExactNumbers. */
export function parseJson(text: string): unknown {
  return withExact(text, JSON.parse(text));
}

/** What JSON.parse made of a text, with ExactNumbers where numbers are above 2^53 that their doubles are not written as. */
export function withExact(text: string, value: unknown): unknown {
  return typeof value === "number" || mayHoldExact.test(text) ? parseExactly(text, value) : value;
}

/** Where a value may stand: 16 digits, or an exponent. Most texts have none, and it costs a third of JSON.parse. */
const mayHoldExact = /[:,[][ \t\n\r]*-?\d(?:\d{15}|[\d.]*[eE])/;
/** Stands for a number while JSON.parse is at work; nobody outside can know it. */
const mark = `exact ${randomUUID()} `;

function parseExactly(text: string, value: unknown): unknown {
  let marked = "";
  let from = 0;
  for (const { at, literal } of findNumbers(text)) {
    if (isDouble(literal)) continue;
    marked += `${text.slice(from, at)}"${mark}${literal}"`;
    from = at + literal.length;
  }
  return from === 0 ? value : unmark(JSON.parse(marked + text.slice(from)));
}

/** The numbers of a text that is JSON, those within strings left out. */
function* findNumbers(text: string): Generator<{ readonly at: number; readonly literal: string }> {
  const token = /"|-?\d[\d.eE+-]*/g;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [literal] = found;
    if (literal === '"') token.lastIndex = endOfString(text, found.index);
    else yield { at: found.index, literal };
  }
}

/** The index behind the JSON string that starts here; the text's end where the string has none. */
export function endOfString(text: string, start: number): number {
  const special = /["\\]/g;
  special.lastIndex = start + 1;
  for (let found = special.exec(text); found; found = special.exec(text)) {
    if (found[0] === '"') return special.lastIndex;
    special.lastIndex++;
  }
  return text.length;
}

function isDouble(literal: string): boolean {
  const double = Number(literal);
  if (Math.abs(double) < 2 ** 53) return true;
  return Number.isFinite(double) && toDecimal(literal) === toDecimal(String(double));
}

/** Without recursion, so that no depth is too much. */
function unmark(root: unknown): unknown {
  const top: Parent = { root };
  const todo: Parent[] = [top];
  for (let parent = todo.pop(); parent; parent = todo.pop()) {
    for (const key of Object.keys(parent)) {
      const child = parent[key];
      if (typeof child === "object" && child !== null) todo.push(child as Parent);
      else if (typeof child === "string" && child.startsWith(mark)) {
        const value = new ExactNumber(child.slice(mark.length));
        Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
  }
  return top.root;
}

type Parent = Record<string, unknown>;

function toDecimal(literal: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = whole + fraction;
  let [from, to] = [0, digits.length];
  while (from < to && digits[from] === "0") from++;
  while (to > from && digits[to - 1] === "0") to--;
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - to);
  return `${sign}${digits.slice(from, to)}e${power}`;
}
