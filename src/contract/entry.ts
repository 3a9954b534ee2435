import { nearest, type Place, type Problems, show } from "./problems";

/** A map of the file, read key by key; what is not as it should be is added to the problems, and read as absent. */
export class Entry {
  readonly at: Place;
  readonly problems: Problems;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: object, at: Place, problems: Problems) {
    this.#values = values as Readonly<Record<string, unknown>>;
    this.at = at;
    this.problems = problems;
  }

  /** Holds the keys to those there are: a typing error would change what the contract says, unnoticed. */
  allow(keys: readonly string[]): void {
    for (const key of Object.keys(this.#values)) {
      if (keys.includes(key)) continue;
      const near = nearest(key, keys);
      const hint = near ? `write ${near}` : "take it out; docs/contract.md lists what there is";
      this.problems.add([...this.at, key], "a key of the standard here", show(key), hint);
    }
  }

  has(key: string): boolean {
    return this.value(key) !== undefined && this.value(key) !== null;
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }

  /** Adds a problem of one key's value. */
  refuse(key: string, expected: string, hint: string): undefined {
    this.problems.add([...this.at, key], expected, show(this.value(key)), hint);
    return undefined;
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    return typeof value === "string" && value !== ""
      ? value
      : this.refuse(key, "text", "put it in quotes where YAML reads something else");
  }

  requiredText(key: string): string {
    if (this.value(key) === undefined) this.refuse(key, "text", "add it");
    return this.text(key) ?? "";
  }

  flag(key: string): boolean {
    const value = this.value(key);
    if (typeof value !== "boolean" && value !== undefined)
      this.refuse(key, "true or false", "write one of them");
    return value === true;
  }

  /** A number; a whole one from 0 on where it counts something. */
  number(key: string, counts = false): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const fits = typeof value === "number" && Number.isFinite(value);
    if (fits && (!counts || (Number.isSafeInteger(value) && value >= 0))) return value;
    return this.refuse(key, counts ? "a whole number from 0 on" : "a number", "write it without quotes");
  }

  choice<W extends string>(key: string, words: readonly W[]): W | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const found = words.find((word) => word === value);
    if (found) return found;
    const near = nearest(String(value), words);
    return this.refuse(key, `one of ${words.join(", ")}`, near ? `write ${near}` : "write one of them");
  }

  /** The map below a key; undefined where there is none. */
  entry(key: string): Entry | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (isMap(value)) return new Entry(value, [...this.at, key], this.problems);
    return this.refuse(key, "keys and values", "indent them below it");
  }

  /** The maps in the list below a key; none where it is absent. */
  entries(key: string): Entry[] {
    const value = this.value(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.refuse(key, "a list", "begin each of its entries with a hyphen");
      return [];
    }
    return value.flatMap((one: unknown, index) => {
      if (isMap(one)) return [new Entry(one, [...this.at, key, index], this.problems)];
      this.problems.add(
        [...this.at, key, index],
        "keys and values",
        show(one),
        "indent them below the hyphen",
      );
      return [];
    });
  }

  /** The texts in the list below a key. */
  texts(key: string): string[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")) return value;
    return this.refuse(key, "a list of texts", "write it in brackets, as in [a, b]");
  }

  /** The customProperties as one map; those of other names than the given ones are problems. */
  custom(names: readonly string[]): Entry {
    const found: Record<string, unknown> = {};
    for (const entry of this.entries("customProperties")) {
      entry.allow(["id", "property", "value", "description"]);
      const name = entry.requiredText("property");
      const near = nearest(name, names);
      if (!names.includes(name)) {
        const hint = near ? `write ${near}` : "take it out, or make it one of these";
        entry.refuse("property", `one of ${names.join(", ")}`, hint);
      } else if (Object.hasOwn(found, name)) entry.refuse("property", "each property once", "take one out");
      else found[name] = entry.value("value");
    }
    return new Entry(found, [...this.at, "customProperties"], this.problems);
  }
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
