/** What a contract says, read once from its file and then trusted: plain values that survive JSON. */
export interface Contract {
  /** The file's `id`: letters, digits, `-` and `_`. */
  readonly id: string;
  readonly version: string;
  readonly doc?: string;
  readonly source: Source;
  readonly identity?: Identity;
  /** What a path means that no column takes a value from; default `reported`. */
  readonly unknownPaths: UnknownPaths;
  readonly tables: readonly ContractTable[];
  readonly summaries: readonly ContractSummary[];
}

/** Where the events of a message are. */
export interface Source {
  /** Path of the event in the value; with `[]` where there are several, as in `data[]`. `$` is the value itself. */
  readonly events: string;
  /** Whether a schema registry's five bytes may stand before the value. */
  readonly registryFrame?: true;
  /** Whether an event is text within the JSON, which parses as JSON. */
  readonly asText?: true;
}

/** What tells an event from another, and which of its deliveries counts. */
export interface Identity {
  readonly path: string;
  /** `first` by offset, or `latest` by a column. */
  readonly counts: "first" | "latest";
  /** For `latest`: the column, as in `grades_ID.recorded_at`. */
  readonly by?: string;
}

export type UnknownPaths = "ignored" | "reported" | "refused";

/** Rows that single events give. */
export interface ContractTable {
  readonly name: string;
  /** What one row is, in one sentence. */
  readonly doc?: string;
  /** What a row is: `$` the event, or the elements of an array, as in `sequences.questions[]`. */
  readonly row: string;
  readonly columns: readonly ContractColumn[];
  readonly rules: readonly ContractRule[];
  readonly foreignKeys: readonly ContractForeignKey[];
}

/** Rows over all rows of a table that share the columns of its primary key; their other columns are `derived`. */
export interface ContractSummary {
  readonly name: string;
  readonly doc?: string;
  /** The table that is summed up. */
  readonly of: string;
  readonly columns: readonly ContractColumn[];
}

export type ContractScalar = "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP" | "DATE";

/** `error` refuses the row, `warning` lands and counts it. */
export type Severity = "error" | "warning";

/** The lossless conversions that a column may name. */
export type ContractCoercion =
  | "instant"
  | "unix-seconds"
  | "unix-milliseconds"
  | "date"
  | "duration"
  | "boolean-text"
  | "number-text"
  | "json-text";

/** A column, a field of a struct, or what a list holds. */
export interface ContractColumn {
  /** Of what a list holds: `element`. */
  readonly name: string;
  /** MAP is an object whose keys are data: a list of structs with `key` and `value`. */
  readonly type: ContractScalar | "LIST" | "STRUCT" | "MAP";
  readonly nullable: boolean;
  readonly doc?: string;
  readonly nullMeans?: string;
  readonly unit?: string;
  /** From 1; the row's columns with one tell it from others. */
  readonly keyPosition?: number;
  /** Where its values come from, from the event on; `@partition`, `@offset`, `@index` from where the row stands. */
  readonly from?: string;
  /** What it is worked out by, of other columns, as in `correct / total`; then it comes from no path. */
  readonly derived?: string;
  readonly coerce?: ContractCoercion;
  /** Bounds of a text's length in characters, inclusive. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** What text must match, by ECMAScript with the flag u. */
  readonly pattern?: string;
  /** Bounds, inclusive; of TIMESTAMP in ms UTC, of DATE in days since 1970. */
  readonly min?: number;
  readonly max?: number;
  /** The only values there may be. */
  readonly values?: readonly (string | number)[];
  /** What breaking length, pattern, range or values does; default `error`. */
  readonly severity?: Severity;
  /** Null stands for what does not fit, and nothing is refused for it. */
  readonly misfit?: "nulled";
  /** What a LIST holds, or the values of a MAP. */
  readonly items?: ContractColumn;
  /** The fields of a STRUCT. */
  readonly fields?: readonly ContractColumn[];
  /** Column of another table that holds its values too, as in `course_ID.exam_name`. */
  readonly references?: string;
}

/** A rule between the columns of a row. */
export interface ContractRule {
  readonly name: string;
  readonly doc?: string;
  /** What must hold, as in `correct <= total`; of a row in which one of its columns is null it is not asked. */
  readonly holds: string;
  readonly severity: Severity;
}

/** Columns whose values, together, stand in another table. */
export interface ContractForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
}

/** Finds a table of a contract; throws where it has none of that name. */
export function tableOf(contract: Contract, name: string): ContractTable {
  const found = contract.tables.find((table) => table.name === name);
  if (!found) throw new Error(`contract ${contract.id}: no table ${name}`);
  return found;
}

/** Finds a table or a summary of a contract; throws where it has neither of that name. */
export function datasetOf(contract: Contract, name: string): ContractTable | ContractSummary {
  return contract.summaries.find((summary) => summary.name === name) ?? tableOf(contract, name);
}

/** The columns that tell a row from others, in their order. */
export function primaryKeyOf({ columns }: Pick<ContractTable, "columns">): string[] {
  return columns
    .filter(({ keyPosition }) => keyPosition !== undefined)
    .sort((a, b) => (a.keyPosition ?? 0) - (b.keyPosition ?? 0))
    .map(({ name }) => name);
}

/** Whether of the deliveries of one identity the latest counts, by a column; else the first. */
export function countsLatest({ identity }: Pick<Contract, "identity">): boolean {
  return identity?.counts === "latest";
}
