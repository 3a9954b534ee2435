import { type Failure, quote, type Rule, type Warning } from "./failures";
import { joinKey, joinPaths } from "./paths";

/** Stands for a value that was refused; the reasons are in the sink. */
export const refused: unique symbol = Symbol("refused");

/** A path with places left open for the index or key of each array and map on the way; joined only for a failure. */
export type Template = readonly string[];

/** Gathers what is wrong with one event, and where in its arrays the reading is. */
export class Sink {
  readonly failures: Failure[] = [];
  readonly warnings: Warning[] = [];
  /** The index or key in each array and map around the value that is read. */
  readonly at: (number | string)[] = [];
  /** What all paths begin with; default nothing. */
  readonly #prefix: string;
  #told: Set<string> | undefined;

  constructor(prefix = "") {
    this.#prefix = prefix;
  }

  /** Adds a failure; of several at one place the first says it. */
  fail(template: Template, rule: Rule, expected: string, value: unknown): typeof refused {
    const path = this.pathOf(template);
    this.#told ??= new Set();
    if (!this.#told.has(path)) this.failures.push({ path, rule, expected, received: quote(value) });
    this.#told.add(path);
    return refused;
  }

  /** Adds a failure beside others at its place: a rule between values that are sound by themselves. */
  failRule(template: Template, failure: Omit<Failure, "path">): void {
    this.failures.push({ path: this.pathOf(template), ...failure });
  }

  warn(template: Template, warning: Omit<Warning, "path">): void {
    this.warnings.push({ path: this.pathOf(template), ...warning });
  }

  /** Writes a path with the places that the reading is at. */
  pathOf(template: Template): string {
    let path = template[0] ?? "";
    for (let i = 1; i < template.length; i++) {
      const at = this.at[i - 1] ?? 0;
      path = (typeof at === "number" ? `${path}[${at}]` : joinKey(path, at)) + template[i];
    }
    return this.#prefix === "" ? path || "$" : joinPaths(this.#prefix, path);
  }
}
