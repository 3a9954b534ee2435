import { writeHash } from "../base/hash";
import type { Column, ColumnType, Table } from "../tables/tables";

/** What rows come to: plain values, so that another thread can hand it over. */
export interface BagSums {
  readonly count: number;
  readonly sums: BigUint64Array;
}

/**
 * Rows of a table compared without being held, whatever their order: how many, and the sums of their hashes (mod 2^64) in
 * 4096 buckets, by their message where they say it. Rows that stand twice count twice.
 */
export interface Bag extends BagSums {
  readonly add: (row: object) => void;
}

const buckets = 4096;
/** Of a hash, as many as are looked at: 8 for the sum, 2 for the bucket. */
const hashBytes = 10;

/** Makes a bag without rows. */
export function createBag(table: Pick<Table, "columns">): Bag {
  const hashRow = hasherOf(table);
  const sums = new BigUint64Array(buckets);
  let count = 0;
  return {
    get count() {
      return count;
    },
    sums,
    add: (row) => {
      const hashed = hashRow(row);
      const bucket = findBucket(row, () => hashed);
      count++;
      sums[bucket] = (sums[bucket] ?? 0n) + hashed.readBigUInt64LE(0);
    },
  };
}

/** Adds up what the rows of several files come to. */
export function addBags(all: readonly BagSums[]): BagSums {
  const sums = new BigUint64Array(buckets);
  for (const bag of all)
    for (const [bucket, sum] of bag.sums.entries()) sums[bucket] = (sums[bucket] ?? 0n) + sum;
  return { count: all.reduce((total, { count }) => total + count, 0), sums };
}

/** Prepares what says the bucket of a table's row, 0 to 4095: what differs in one is found again by looking at its rows alone. */
export function bucketsOf(table: Pick<Table, "columns">): (row: object) => number {
  const hashRow = hasherOf(table);
  return (row) => findBucket(row, hashRow);
}

function findBucket(row: object, hashRow: (row: object) => Buffer): number {
  const { partition, offset } = row as { readonly partition?: unknown; readonly offset?: unknown };
  if (typeof partition === "number" && typeof offset === "bigint")
    return Number(BigInt.asUintN(64, offset + 31n * BigInt(partition)) % BigInt(buckets));
  return hashRow(row).readUInt16LE(8) % buckets;
}

/** Its hashes are written over by the next. */
function hasherOf({ columns }: Pick<Table, "columns">): (row: object) => Buffer {
  const write = compileWriter(columns);
  const hashed = Buffer.alloc(hashBytes);
  return (row) => writeHash(write(row), hashed);
}

/**
 * Makes what writes a row so that no other of its table has the same text; without the names and quotes of JSON, which take
 * longer. Code of its own, where V8 knows the rows that come.
 */
function compileWriter(columns: readonly Column[]): (row: object) => string {
  const functions: string[] = [];
  const last = writeFunction({ struct: columns }, functions);
  return new Function(`${functions.join("\n")}\nreturn ${last};`)() as (row: object) => string;
}

/** Adds the code of a function that writes values of a type; returns its name. */
function writeFunction(type: Exclude<ColumnType, string>, functions: string[]): string {
  const body = "struct" in type ? writeStruct(type.struct, functions) : writeList(type.list, functions);
  return `write${functions.push(`const write${functions.length} = (value) => {\nlet x;\n${body}\n};`) - 1}`;
}

function writeStruct(fields: readonly Column[], functions: string[]): string {
  const parts = fields.map(({ name, type }) => writeValue(`value[${JSON.stringify(name)}]`, type, functions));
  return `return "{"${parts.map((part) => ` + (${part})`).join("")};`;
}

function writeList({ type }: Column, functions: string[]): string {
  return `let text = value.length + "[";
for (let index = 0; index < value.length; index++) text += ${writeValue("value[index]", type, functions)};
return text;`;
}

function writeValue(value: string, type: ColumnType, functions: string[]): string {
  const scalar = type === "STRING" ? 'x.length + ":" + x' : 'x + ";"';
  const there = typeof type === "string" ? scalar : `${writeFunction(type, functions)}(x)`;
  return `(x = ${value}) === null || x === undefined ? "~" : ${there}`;
}

/** The first bucket in which two bags differ; undefined where they hold the same rows. */
export function differingBucket(a: BagSums, b: BagSums): number | undefined {
  const bucket = a.sums.findIndex((sum, index) => sum !== b.sums[index]);
  return bucket === -1 ? undefined : bucket;
}
