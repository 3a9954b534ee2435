/** Names that are given once each, whatever their case, as SQL and Hive tell none. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[] = []) {
    this.#taken = new Set(taken);
  }

  /** Gives the first of some names that is free, as letters, digits and `_`; else the last of them with a number. */
  give(wanted: readonly string[]): string {
    const names = wanted.map(toName);
    const last = names.at(-1) ?? "column";
    for (let count = 2; ; count++) {
      const free = names.find((name) => !this.#taken.has(name.toLowerCase()));
      if (free) {
        this.#taken.add(free.toLowerCase());
        return free;
      }
      names.splice(0, names.length, `${last.slice(0, 58)}_${count}`);
    }
  }
}

/** Makes a key a name of a table or column: at most 63 letters, digits and `_`, no digit first. */
export function toName(key: string): string {
  const name = key.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 62);
  if (name === "" || name === "__proto__" || /^_+$/.test(name)) return "column";
  return /^\d/.test(name) ? `_${name}` : name;
}
