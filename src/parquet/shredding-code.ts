import type { Column, ScalarType } from "../tables/tables";
import { valueChecks } from "./values";

/** A leaf of a table. */
export interface LeafPlan {
  /** Its path in the file, `list` and `element` included. */
  readonly path: readonly string[];
  readonly type: ScalarType;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
  /** The innermost list around it, by its path in the file; "" for none. All leaves of one share their repetition levels. */
  readonly list: string;
}

/** Where a column stands. */
interface Place {
  /** Its path in the file. */
  readonly path: readonly string[];
  /** Its path in messages, `[]` behind each list. */
  readonly shown: string;
  /** Levels of what stands around it: lists, and all that may be absent. */
  readonly repetition: number;
  readonly definition: number;
  /** The innermost list around it, by its path; "" for none. */
  readonly list: string;
  /** The code of the level of the list that goes on with it: 0 where a row begins. */
  readonly level: string;
}

/** What an entry of a list counts for beside text, in UTF-16 units: its levels and value take about that much memory. */
const entryLength = 8;

/**
 * Writes the code of a table's shredder: a function of `row` that adds each value to its leaf, with Dremel's levels, and
 * returns how long the row is, in UTF-16 units. It is made where these stand: `leaves`, `checks` by type, `places` (which
 * element of each list is at hand), and what is called `fail`, `failField` and `addAbsence`.
 */
export function writeShredder(columns: readonly Column[]): { code: string; leaves: readonly LeafPlan[] } {
  const writer = new ShredderWriter();
  const top = { path: [], shown: "", repetition: 0, definition: 0, list: "", level: "0" };
  const body = writer.struct(columns, "row", top);
  const fits = Object.keys(valueChecks).map((type) => `${type}: { fits: fits${type} }`);
  const code = `const { ${fits.join(", ")} } = checks;
${writer.leaves.map((_, at) => `const { values: v${at}, rlevels: r${at}, dlevels: d${at} } = leaves[${at}];`).join("\n")}
${writer.lists.map(([from, to], at) => `const below${at} = leaves.slice(${from}, ${to});`).join("\n")}
return (row) => {
let length = 0, fields = 0;
${body}
return length;
};`;
  return { code, leaves: writer.leaves };
}

class ShredderWriter {
  readonly leaves: LeafPlan[] = [];
  /** The leaves of columns that may be absent or empty as a whole: from the first, to behind the last. */
  readonly lists: (readonly [number, number])[] = [];
  #names = 0;

  struct(fields: readonly Column[], value: string, place: Place): string {
    const { path, shown } = place;
    const prefix = shown === "" ? "" : `${shown}.`;
    const names = JSON.stringify(fields.map(({ name }) => name));
    const parts = fields.map((field) => {
      const own = { ...place, path: [...path, field.name], shown: `${prefix}${field.name}` };
      return this.#column(field, `${value}[${JSON.stringify(field.name)}]`, own);
    });
    return `if (typeof ${value} !== "object" || ${value} === null) fail(${JSON.stringify(shown || "the row")}, "an object", ${value});
fields = 0;
for (const _ in ${value}) fields++; // without a list of the names
if (fields > ${fields.length}) failField(${JSON.stringify(shown)}, ${names}, ${value});
${parts.join("\n")}`;
  }

  #column({ type, nullable }: Column, value: string, place: Place): string {
    if (typeof type === "string") return this.#scalar(type, nullable, value, place);
    const own = `part${this.#names++}`;
    const inner = nullable ? { ...place, definition: place.definition + 1 } : place;
    const first = this.leaves.length;
    const body = "struct" in type ? this.struct(type.struct, own, inner) : this.#list(type.list, own, inner);
    const absence = nullable ? `if (${own} === null) ${this.#absence(first, place)}\nelse ` : "";
    return `{ const ${own} = ${value};\n${absence}{\n${body}\n} }`;
  }

  #list(element: Column, value: string, place: Place): string {
    const { path, shown, definition, level } = place;
    const repetition = place.repetition + 1;
    const index = `index${this.#names++}`;
    const first = this.leaves.length;
    const body = this.#column(element, `${value}[${index}]`, {
      path: [...path, "list", "element"],
      shown: `${shown}[]`,
      repetition,
      definition: definition + 1,
      list: path.join("."),
      level: `(${index} === 0 ? ${level} : ${repetition})`,
    });
    const elementLength = (this.leaves.length - first) * entryLength;
    return `if (!Array.isArray(${value})) fail(${JSON.stringify(shown)}, "a list", ${value});
if (${value}.length === 0) ${this.#absence(first, place)}
else {
length += ${value}.length * ${elementLength};
for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {
places[${repetition - 1}] = ${index};
${body}
} }`;
  }

  /** All leaves from the first on are those of the column at hand. */
  #absence(first: number, { level, definition }: Place): string {
    const at = this.lists.push([first, this.leaves.length]) - 1;
    return `addAbsence(below${at}, ${level}, ${definition});`;
  }

  #scalar(type: ScalarType, nullable: boolean, value: string, place: Place): string {
    const { path, shown, repetition, definition, list, level } = place;
    const pushesLevel = list !== "" && !this.leaves.some((leaf) => leaf.list === list);
    const present = nullable ? definition + 1 : definition;
    const at = this.leaves.push({ path, type, maxRepetition: repetition, maxDefinition: present, list }) - 1;
    const { expected: asked } = valueChecks[type];
    const expected = JSON.stringify(nullable ? `${asked}, or null` : asked);
    const lines = [
      `if (!fits${type}(x)) fail(${JSON.stringify(shown)}, ${expected}, x);`,
      `d${at}.push(${present});`,
      `v${at}.push(x);`,
      type === "STRING" ? "length += x.length;" : "",
    ];
    return `{ const x = ${value};
${pushesLevel ? `r${at}.push(${level});` : ""}
${nullable ? `if (x === null) d${at}.push(${definition});\nelse ` : ""}{ ${lines.join(" ")} } }`;
  }
}
