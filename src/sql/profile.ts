import { tableIn } from "../tables/lake-model";
import type { Column, ColumnType, ScalarType, TableName } from "../tables/tables";
import { quoteName, quoteText } from "./duckdb";
import { type Ask, type QueryOptions, withTable } from "./query";
import { readingOnce } from "./reading";
import type { SqlValue } from "./values";

/** What a column holds: numbers about its values, and a few of them. */
export interface ColumnProfile {
  /** As in score, or options[].checked for a field of a list's structs; a struct has none but those of its fields. */
  readonly column: string;
  /** Of a LIST, all but `values` and `nulls` is about the number of its elements. */
  readonly type: ScalarType | "LIST";
  /** How many there are, nulls included: a row has one, of a list's field each element of each row. */
  readonly values: number;
  readonly nulls: number;
  /** How many different values, null aside. */
  readonly distinct: number;
  /** Whether `distinct` is exact; else it is an estimate, which may be a tenth off. */
  readonly isExact: boolean;
  /** Null where there is no value. TIMESTAMP is ISO 8601 text in UTC, DATE too; text is in the order of its bytes. */
  readonly least: SqlValue;
  readonly greatest: SqlValue;
  /** Values that occur more than once, the most frequent first; of a table past `exactRows` not surely the very first. */
  readonly frequent: readonly FrequentValue[];
  /** Bins of equal width from the least to the greatest value; empty for text, flags, and where there is no value. */
  readonly histogram: readonly Bin[];
}

/** A value and how often it occurs. */
export interface FrequentValue {
  readonly value: SqlValue;
  readonly count: number;
}

/** Values from `from` (inclusive) to `to` (exclusive, in the last bin inclusive). Of a TIMESTAMP both are ms UTC, of a DATE days since 1970. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** What a table holds, a profile a column in the table's order, the fields of a list behind it. */
export interface TableProfile {
  readonly table: TableName;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

export interface ProfileOptions extends Omit<QueryOptions, "parameters" | "timestamps"> {
  /** Up to so many values of a column, `distinct` is counted; beyond, it is estimated. Default 1,000,000. */
  readonly exactRows?: number;
  /** How many frequent values, at most; default 3. */
  readonly frequent?: number;
  /** How many bins, at most; default 10. */
  readonly bins?: number;
}

/**
 * Reads through a landed table and says of each column what it holds. Memory is bounded: DuckDB reads the files in
 * pieces and spills. Throws where nothing is landed.
 */
export async function profileTable(table: TableName, options: ProfileOptions = {}): Promise<TableProfile> {
  const { exactRows = 1_000_000, frequent = 3, bins = 10, ...query } = options;
  const reading = await readingOnce(query);
  const { columns } = tableIn(reading.lake.model, table);
  return withTable(table, { ...reading, timestamps: "text" }, async (ask) => {
    const { rows } = await ask(`SELECT count(*) AS rows FROM ${quoteName(table)}`);
    const work = { ask, exactRows, frequent, bins };
    const profiles = await profileColumns(columns, quoteName(table), work);
    return { table, rows: Number(rows[0]?.rows), columns: profiles };
  });
}

/** How columns are profiled, and whom to ask. */
export interface ProfileWork extends Required<Pick<ProfileOptions, "exactRows" | "frequent" | "bins">> {
  readonly ask: Ask;
}

/** Profiles columns in their order, each with all that is within it; `source` is what stands behind FROM. */
export async function profileColumns(
  columns: readonly Column[],
  source: string,
  work: ProfileWork,
): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  for (const { name, type } of columns)
    profiles.push(...(await profileValues(type, { column: name, value: quoteName(name), source }, work)));
  return profiles;
}

/** A column's profile, or those of a struct's fields; behind a list's own stand those of what it holds. */
async function profileValues(type: ColumnType, subject: Place, work: ProfileWork): Promise<ColumnProfile[]> {
  const { column, value, source } = subject;
  if (typeof type === "string") return [await profileColumn({ ...subject, type }, work)];
  const profiles: ColumnProfile[] = [];
  if ("struct" in type) {
    for (const field of type.struct) {
      const own = `struct_extract(${value}, ${quoteText(field.name)})`;
      const place = { column: `${column}.${field.name}`, value: own, source };
      profiles.push(...(await profileValues(field.type, place, work)));
    }
    return profiles;
  }
  profiles.push(await profileColumn({ ...subject, type: "LIST", value: `len(${value})` }, work));
  const elements = `(SELECT unnest(${value}) AS element FROM ${source})`;
  const place = { column: `${column}[]`, value: "element", source: elements };
  return [...profiles, ...(await profileValues(type.list.type, place, work))];
}

/** Values that a profile is about. */
interface Place {
  /** As the profile names them. */
  readonly column: string;
  /** In SQL. */
  readonly value: string;
  /** What stands behind FROM: a table, or the elements of a list. */
  readonly source: string;
}

type Subject = Place & Pick<ColumnProfile, "type">;

async function profileColumn(
  { column, type, value, source }: Subject,
  work: ProfileWork,
): Promise<ColumnProfile> {
  const from = `(SELECT ${value} AS v FROM ${source})`;
  const counted = await askOne(work.ask, `SELECT count(*) AS n, count(v) AS known FROM ${from}`);
  const [values, known] = [Number(counted.n), Number(counted.known)];
  const isExact = values <= work.exactRows;
  // long texts are counted by their digests, which take little memory
  const digest = type === "STRING" ? "md5_number(v)" : "v";
  const distinct = isExact ? `count(DISTINCT ${digest})` : "approx_count_distinct(v)";
  const facts = await askOne(
    work.ask,
    `SELECT ${distinct} AS n, min(v) AS least, max(v) AS greatest FROM ${from}`,
  );
  return {
    column,
    type,
    values,
    nulls: values - known,
    distinct: Number(facts.n),
    isExact,
    least: facts.least ?? null,
    greatest: facts.greatest ?? null,
    frequent: await readFrequent(from, isExact, work),
    histogram: hasBins(type) ? await readBins(from, type, work) : [],
  };
}

/** Of a table that is large, the candidates come from a sketch and are then counted. */
async function readFrequent(from: string, isExact: boolean, work: ProfileWork): Promise<FrequentValue[]> {
  const candidates = `SELECT unnest(approx_top_k(v, ${work.frequent})) AS v FROM ${from}`;
  const of = isExact ? from : `${from} SEMI JOIN (${candidates}) USING (v)`;
  const { rows } = await work.ask(
    `SELECT v, count(*) AS n FROM ${of} WHERE v IS NOT NULL GROUP BY v HAVING n > 1 ORDER BY n DESC, v LIMIT ${work.frequent}`,
  );
  return rows.map(({ v, n }) => ({ value: v ?? null, count: Number(n) }));
}

function hasBins(type: ColumnProfile["type"]): boolean {
  return type !== "STRING" && type !== "BOOLEAN";
}

/** Whole numbers have bins of whole width, so that each holds as many of them. */
async function readBins(
  from: string,
  type: ColumnProfile["type"],
  { ask, bins }: ProfileWork,
): Promise<Bin[]> {
  const isWhole = type !== "DOUBLE";
  const number = type === "TIMESTAMP" ? "epoch_ms(v)" : type === "DATE" ? "(v - DATE '1970-01-01')" : "v";
  const numbers = `(SELECT ${number} AS x FROM ${from} WHERE isfinite(${number}::DOUBLE))`;
  const ends = await askOne(ask, `SELECT min(x) AS low, max(x) AS high FROM ${numbers}`);
  if (ends.low === null || ends.low === undefined) return [];
  const [low, high] = [Number(ends.low), Number(ends.high)];
  const width = isWhole ? Math.ceil((high - low + 1) / bins) : (high - low) / bins || 1;
  const count = isWhole ? Math.ceil((high - low + 1) / width) : Math.min(bins, (high - low) / width || 1);
  const place = isWhole
    ? `(x::HUGEINT - (${ends.low})) // ${BigInt(width)}`
    : `floor((x - (${low})) / ${width} + 1e-9)`; // (0.7 - 0.1) / 0.1 is a little below 6
  const { rows } = await ask(
    `SELECT least(${place}, ${Math.round(count) - 1}) AS bin, count(*) AS n FROM ${numbers} GROUP BY bin`,
  );
  const counts = new Map(rows.map(({ bin, n }) => [Number(bin), Number(n)]));
  return Array.from({ length: Math.round(count) }, (_, bin) => ({
    from: low + bin * width,
    to: bin + 1 < count ? low + (bin + 1) * width : high,
    count: counts.get(bin) ?? 0,
  }));
}

async function askOne(ask: Ask, sql: string): Promise<Readonly<Record<string, SqlValue>>> {
  return (await ask(sql)).rows[0] ?? {};
}
