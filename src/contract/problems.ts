import { UsageError } from "../base/errors";
import { cutText, toVisible } from "../base/text";

/** Keys and indexes from the document down to a value. */
export type Place = readonly (string | number)[];

/** One thing that is wrong in a contract. */
export interface Problem {
  readonly at: Place;
  readonly expected: string;
  readonly received: string;
  /** What to do. */
  readonly hint: string;
}

/** A problem with its line in the file, from 1. */
export interface LocatedProblem {
  /** As in `schema.grades_ID.score.logicalType`. */
  readonly where: string;
  readonly line: number;
  readonly expected: string;
  readonly received: string;
  readonly hint: string;
}

/** A contract that can't be used; the message has a line for each problem. */
export class ContractError extends UsageError {
  override readonly name: string = "ContractError";
  readonly problems: readonly LocatedProblem[];

  constructor(file: string, problems: readonly LocatedProblem[]) {
    super(problems.map((problem) => formatProblem(file, problem)).join("\n"));
    this.problems = problems;
  }
}

/** Says a problem in one line: `file:41: schema.t.score: expected X, received Y; what to do`. */
export function formatProblem(file: string, problem: LocatedProblem): string {
  const { line, where, expected, received, hint } = problem;
  return `${file}:${line}: ${where}: expected ${expected}, received ${received}; ${hint}`;
}

/** Gathers the problems of one contract. */
export class Problems {
  readonly #found: Problem[] = [];
  readonly #places = new WeakMap<object, Place>();

  /** Adds one; of several at one place the first says it. */
  add(at: Place, expected: string, received: string, hint: string): void {
    const place = at.join("\0");
    if (this.#found.some((problem) => problem.at.join("\0") === place)) return;
    this.#found.push({ at, expected, received, hint });
  }

  /** Remembers where a part of the model was read, for `addTo`. */
  remember<T extends object>(part: T, at: Place): T {
    this.#places.set(part, at);
    return part;
  }

  /** Adds a problem of a part that was remembered, or of what is below it. */
  addTo(part: object, below: Place, expected: string, received: unknown, hint: string): void {
    this.add([...(this.#places.get(part) ?? []), ...below], expected, show(received), hint);
  }

  get found(): readonly Problem[] {
    return this.#found;
  }
}

/** Writes what stood in the file, cut at 80 characters; nothing where there is none. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return cutText(toVisible(text), 80);
}

/** The word of a list that is nearest to another, for a typing error; undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((one) => ({ one, distance: distanceOf(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.floor(one.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.one;
}

/** How many letters must be added, removed or changed (Levenshtein); words over 40 letters are far from all. */
function distanceOf(a: string, b: string): number {
  if (a.length > 40 || b.length > 40) return 40;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 40;
}
