import { ExactNumber } from "../base/exact-numbers";
import { toInstantMs } from "../base/instants";
import { isObject } from "../base/json";
import { quote } from "../contract/failures";
import { toPath } from "./leaves";

/** The types that a JSON value is seen to have; a number is an integer where it has no fraction. */
export type JsonType = "string" | "integer" | "number" | "boolean" | "null" | "object" | "array";

/** What text is seen to be, by the first test that it passes. */
export type TextFormat = "instant" | "uuid" | "number as text" | "boolean as text" | "text";

/** What was seen at one JSON path. */
export interface InferredField {
  /** Such as `sequences.questions[].options[].at`; `[]` stands for the elements of an array. */
  readonly path: string;
  /** Path of the object that has the key, or of the array; "" is the event. */
  readonly parentPath: string;
  /** The key as it stands in the JSON; null for the elements of an array. */
  readonly key: string | null;
  /** How many values were seen, null included. */
  readonly count: number;
  /** How many parents there were: objects that could have had the key, or arrays. */
  readonly parentCount: number;
  /** count / parentCount: 1 where always present; for elements the mean length of their arrays. */
  readonly share: number;
  readonly nullCount: number;
  /** How often each type was seen; only those seen. */
  readonly types: Readonly<Partial<Record<JsonType, number>>>;
  /** How often text of each format was seen; only those seen. */
  readonly formats: Readonly<Partial<Record<TextFormat, number>>>;
  /** Least and greatest number seen; null where none was. */
  readonly min: number | null;
  readonly max: number | null;
  /** All values seen, quoted, in order of appearance; null if more than 8, one over 80 characters, object or array. */
  readonly values: readonly string[] | null;
  /** The first value that is not null, quoted and cut at 80 characters; "null" where there is none. */
  readonly example: string;
}

/** Every JSON path of a sample of events, parents before children, keys in order of appearance. */
export interface InferredSchema {
  readonly eventCount: number;
  readonly fields: readonly InferredField[];
  /** How many values were passed over because their paths were beyond the limit. */
  readonly omittedCount: number;
}

interface Node {
  readonly path: string;
  /** By key; the elements of arrays under null. */
  readonly children: Map<string | null, Node>;
  readonly types: Partial<Record<JsonType, number>>;
  readonly formats: Partial<Record<TextFormat, number>>;
  /** The distinct values, each with its quotation, as long as they are few and short. */
  values: Map<unknown, string> | null;
  min: number;
  max: number;
  example: string | undefined;
}

/** An inference under way: what was seen of the events so far. Grows with the number of paths, not of events. */
export interface Inference {
  readonly root: Node;
  /** How many paths may still be added. */
  room: number;
  omittedCount: number;
}

const maxValues = 8;

const textTests: readonly (readonly [TextFormat, (text: string) => boolean])[] = [
  ["instant", (text) => toInstantMs(text) !== undefined],
  ["uuid", (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)],
  ["number as text", (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)],
  ["boolean as text", (text) => text === "true" || text === "false"],
];

/** Infers the schema of a sample of events. */
export function inferSchema(events: Iterable<unknown>): InferredSchema {
  const inference = createInference();
  for (const event of events) observeEvent(inference, event);
  return toInferredSchema(inference);
}

/** Starts an inference that keeps at most `maxPaths` paths (default 1000), so that keys made of data do no harm. */
export function createInference(maxPaths = 1000): Inference {
  return { root: createNode(""), room: maxPaths, omittedCount: 0 };
}

/** Adds what one event shows. */
export function observeEvent(inference: Inference, event: unknown): void {
  observe(inference, inference.root, event);
}

/** Gives what an inference has seen so far; it may go on afterwards. */
export function toInferredSchema(inference: Inference): InferredSchema {
  const fields: InferredField[] = [];
  addFields(fields, inference.root);
  return { eventCount: sum(inference.root.types), fields, omittedCount: inference.omittedCount };
}

/** Whether a key was seen to be absent or null, be it once; never of an array's elements. */
export function canBeMissing({ key, count, parentCount, nullCount }: InferredField): boolean {
  return key !== null && (count < parentCount || nullCount > 0);
}

/** Recursion goes no deeper than the paths kept. */
function observe(inference: Inference, node: Node, value: unknown): void {
  const type = typeOf(value);
  node.types[type] = (node.types[type] ?? 0) + 1;
  if (value !== null) node.example ??= quote(value);
  if (Array.isArray(value)) {
    for (const element of value) observeChild(inference, node, null, element);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) observeChild(inference, node, key, value[key]);
  } else observeScalar(node, value);
}

function observeChild(inference: Inference, parent: Node, key: string | null, value: unknown): void {
  let child = parent.children.get(key);
  if (!child && inference.room > 0) {
    inference.room--;
    child = createNode(toPath(parent.path, key));
    parent.children.set(key, child);
  }
  if (child) observe(inference, child, value);
  else inference.omittedCount++;
}

function observeScalar(node: Node, read: unknown): void {
  const value = read instanceof ExactNumber ? Number(read) : read;
  const isLong = typeof value === "string" && value.length > 80;
  const distinct = read instanceof ExactNumber ? `number ${read.toDecimal()}` : read;
  if (node.values && !node.values.has(distinct)) {
    if (isLong || node.values.size === maxValues) node.values = null;
    else node.values.set(distinct, quote(read));
  }
  if (typeof value === "number") {
    node.min = Math.min(node.min, value);
    node.max = Math.max(node.max, value);
  } else if (typeof value === "string") {
    const format = textTests.find(([, passes]) => passes(value))?.[0] ?? "text";
    node.formats[format] = (node.formats[format] ?? 0) + 1;
  }
}

function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof ExactNumber) return value.isWhole() ? "integer" : "number";
  return typeof value as "string" | "boolean" | "object";
}

function createNode(path: string): Node {
  const numbers = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  return {
    path,
    children: new Map(),
    types: {},
    formats: {},
    values: new Map(),
    ...numbers,
    example: undefined,
  };
}

function addFields(fields: InferredField[], parent: Node): void {
  for (const [key, node] of parent.children) {
    fields.push(toField(parent, key, node));
    addFields(fields, node);
  }
}

function toField(parent: Node, key: string | null, node: Node): InferredField {
  const count = sum(node.types);
  const parentCount = (key === null ? parent.types.array : parent.types.object) ?? 0;
  const isScalar = !node.types.object && !node.types.array;
  return {
    path: node.path,
    parentPath: parent.path,
    key,
    count,
    parentCount,
    share: count / parentCount,
    nullCount: node.types.null ?? 0,
    types: { ...node.types },
    formats: { ...node.formats },
    min: Number.isFinite(node.min) ? node.min : null,
    max: Number.isFinite(node.max) ? node.max : null,
    values: isScalar && node.values ? [...node.values.values()] : null,
    example: node.example ?? "null",
  };
}

function sum(counts: Readonly<Partial<Record<JsonType, number>>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
