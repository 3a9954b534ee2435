import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { eventsFile } from "./live-lake";

/** A message as it is sent; null where there is none. */
export interface FuzzMessage {
  readonly partition: number;
  /** ms, of any sign and size that Kafka takes. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export const partitions = 3;

/** JSON to be written: objects as entries in order, so that keys can stand twice; a Literal stands as it is. */
type Tree = null | boolean | number | string | Literal | readonly Tree[] | Entries;
interface Entries {
  readonly entries: readonly (readonly [string, Tree])[];
}
interface Literal {
  readonly literal: string;
}

const records = (JSON.parse(readFileSync(eventsFile, "utf8")) as unknown[]).map(toTree);

function toTree(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(toTree);
  if (typeof value !== "object" || value === null) return value as Tree;
  return { entries: Object.entries(value).map(([key, child]) => [key, toTree(child)] as const) };
}

function isEntries(tree: Tree): tree is Entries {
  return typeof tree === "object" && tree !== null && Object.hasOwn(tree, "entries");
}

function isLiteral(tree: Tree): tree is Literal {
  return typeof tree === "object" && tree !== null && Object.hasOwn(tree, "literal");
}

/** How one and the same JSON value is written. */
interface Style {
  /** Keys are sorted by a hash that begins with this; undefined leaves them as they are. */
  readonly order: number | undefined;
  readonly space: string;
  /** Every letter as \uXXXX. */
  readonly isEscaped: boolean;
  /** 3 as 3.0, 30e-1 and so on. */
  readonly numbers: "plain" | "point" | "exponent";
}

const plain: Style = { order: undefined, space: "", isEscaped: false, numbers: "plain" };

function write(tree: Tree, style: Style): string {
  const { space } = style;
  if (isLiteral(tree)) return tree.literal;
  if (typeof tree === "string") return writeText(tree, style);
  if (typeof tree === "number") return writeNumber(tree, style);
  if (tree === null || typeof tree === "boolean") return String(tree);
  if (!isEntries(tree)) return `[${tree.map((one) => space + write(one, style)).join(",")}${space}]`;
  const pairs = sortEntries(tree, style).map(
    ([key, child]) => `${space}${writeText(key, style)}${space}:${space}${write(child, style)}`,
  );
  return `{${pairs.join(",")}${space}}`;
}

/** Keys that stand twice keep their order: the last one counts. */
function sortEntries({ entries }: Entries, { order }: Style): Entries["entries"] {
  if (order === undefined) return entries;
  const rank = (key: string) => createHash("md5").update(`${order}${key}`).digest("hex");
  return entries
    .map((entry) => ({ entry, at: rank(entry[0]) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ entry }) => entry);
}

function writeText(text: string, { isEscaped }: Style): string {
  if (!isEscaped) return JSON.stringify(text);
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return `"${codes.map((code) => `\\u${code.toString(16).padStart(4, "0")}`).join("")}"`;
}

function writeNumber(number: number, { numbers }: Style): string {
  const text = JSON.stringify(number);
  if (numbers === "plain" || !Number.isSafeInteger(number)) return text;
  return numbers === "point" ? `${text}.000` : number === 0 ? "-0E+7" : `${text}0e-1`;
}

const style: fc.Arbitrary<Style> = fc.record({
  order: fc.option(fc.nat(99), { nil: undefined }),
  space: fc.constantFrom("", "", " ", "\n\t", "\r "),
  isEscaped: fc.boolean(),
  numbers: fc.constantFrom("plain", "point", "exponent"),
});

const literal = (...texts: string[]) => fc.constantFrom(...texts.map((text): Literal => ({ literal: text })));
const oddNumber: fc.Arbitrary<Tree> = fc.oneof(
  literal("1e400", "-1e400", "9223372036854775808", "-0", "0.1e1", "1E-400", "2147483647", "2147483648"),
  literal("1".repeat(400), `1.${"0".repeat(400)}`, "-1", "3.0", "1.5", "18446744073709551616", "1e0", "-0.0"),
  literal("9007199254740993", "10000000000000001", "10000000000000000", "1.0000000000000001e16", "1e500"),
  literal(
    "1700000000.5",
    "9007199254740993.5",
    "1152921504606846976",
    "17000000005e-1",
    `1e${"9".repeat(30)}`,
  ),
  fc.double().map((number): Tree => (Number.isFinite(number) ? number : null)),
  fc.integer(),
);
const oddText: fc.Arbitrary<Tree> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("", "\u0000", "a\u0000b", "\ud800", "x\udc00", "\ud83d\ude00", "__proto__", "constructor"),
  fc.constantFrom("\ufeff", "\u2028", "e\u0301", "é", "true", "false", "null", "0", "'; --", "𝒳".repeat(50)),
  literal('"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"'),
);
const oddInstant: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom(
    "2018-02-30T00:00:00Z",
    "2020-02-29T23:59:59.9999Z",
    "2019-02-29T00:00Z",
    "1900-02-29T00:00Z",
  ),
  fc.constantFrom(
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "0000-12-31T23:59:59-23:59",
    "0000-02-29T00:00Z",
  ),
  fc.constantFrom(
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59-00:01",
    "10000-01-01T00:00:00Z",
    "1969-12-31T23:59Z",
  ),
  fc.constantFrom(
    "2018-01-01T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2018-01-01T00:00:00",
    "2018-01-01",
    "2018-W01-1T00:00Z",
  ),
  fc.constantFrom(
    "2018-01-01T00:00:00,5+05:30",
    "2018-01-01t00:00:00z",
    "٢٠١٨-01-01T00:00:00Z",
    "2018-01-01T00:00:00Z\n",
  ),
  fc.constantFrom(
    "2018-01-01T00:00:00+24:00",
    "2018-01-01T00:00:00+0530",
    "2018-13-01T00:00Z",
    "2018-00-10T00:00Z",
  ),
  fc.constantFrom(
    "20180101T000000Z",
    "20180101 00:00Z",
    "2018-366T00:00Z",
    "2016366T00Z",
    "2018-W53-1T00:00Z",
    "2018-01-01 00:00:00.5+01",
    "2018-01-01T24:00:00.0001Z",
    "2018-01-01T00:00.33333333333333333334\u221201",
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const oddSeconds: fc.Arbitrary<Tree> = fc.constantFrom(
  ...[
    "0",
    "1516717442.735266",
    "253402300799.9999",
    "253402300800",
    "1e9",
    "1.7000000005E9",
    "17000000005e-1",
    "1e-999999",
    "1e999999",
    "-1",
    "1.",
    ".5",
    " 1",
    "٣",
    "1\n",
  ],
  ...["9".repeat(500), `${"0".repeat(500)}1`, `1.${"9".repeat(500)}`, "Infinity", "NaN", "0x10", "1_000"],
);
const scalar: fc.Arbitrary<Tree> = fc.oneof(
  oddNumber,
  oddText,
  oddInstant,
  oddSeconds,
  fc.constantFrom<Tree>(null, true, false),
);
const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("__proto__", "constructor", "toString", "length", "", "0", "user_exam_id", "sequences"),
);
const { value: anyTree } = fc.letrec<{ value: Tree }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries): Tree => ({ entries })),
  ),
}));

/** Where a tree can be changed, as ways of indexes from its root. */
function listPlaces(tree: Tree, way: readonly number[] = []): (readonly number[])[] {
  const children = childrenOf(tree);
  return [way, ...children.flatMap((child, index) => listPlaces(child, [...way, index]))];
}

function childrenOf(tree: Tree): readonly Tree[] {
  if (typeof tree !== "object" || tree === null || isLiteral(tree)) return [];
  return isEntries(tree) ? tree.entries.map(([, child]) => child) : tree;
}

type Change =
  | { readonly kind: "drop" | "wrap" }
  | { readonly kind: "replace"; readonly by: Tree }
  | { readonly kind: "rename"; readonly key: string }
  | { readonly kind: "double" | "insert"; readonly key: string; readonly by: Tree };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom("drop", "wrap") }),
  fc.record({ kind: fc.constant("replace"), by: fc.oneof(scalar, anyTree) }),
  fc.record({ kind: fc.constant("rename"), key }),
  fc.record({ kind: fc.constantFrom("double", "insert"), key, by: anyTree }),
);

/** Makes one change at the end of a way. */
function changeAt(tree: Tree, [index, ...rest]: readonly number[], how: Change): Tree {
  if (index === undefined) return how.kind === "replace" ? how.by : how.kind === "wrap" ? [tree] : tree;
  if (isEntries(tree)) {
    const entries = tree.entries.flatMap((entry, at) => {
      if (at !== index) return [entry];
      if (rest.length > 0) return [[entry[0], changeAt(entry[1], rest, how)] as const];
      return changeEntry(entry, how);
    });
    return { entries };
  }
  const list = tree as readonly Tree[];
  return list.flatMap((one, at) => {
    if (at !== index) return [one];
    if (rest.length > 0 || how.kind === "replace" || how.kind === "wrap") return [changeAt(one, rest, how)];
    return how.kind === "drop" ? [] : [one, one];
  });
}

function changeEntry([name, tree]: Entries["entries"][number], how: Change): Entries["entries"] {
  if (how.kind === "drop") return [];
  if (how.kind === "rename") return [[how.key, tree]];
  const entry = [name, tree] as const;
  if (how.kind === "double") return [[name, how.by], entry];
  return how.kind === "insert" ? [entry, [how.key, how.by]] : [[name, changeAt(tree, [], how)]];
}

const mutation = fc.tuple(fc.nat(), change);

function mutate(tree: Tree, mutations: readonly (readonly [number, Change])[]): Tree {
  let now = tree;
  for (const [place, how] of mutations) {
    const places = listPlaces(now);
    now = changeAt(now, places[place % places.length] ?? [], how);
  }
  return now;
}

/** Sets keys of the event itself. */
function withKeys(tree: Tree, keys: Readonly<Record<string, Tree>>): Tree {
  if (!isEntries(tree)) return tree;
  const others = tree.entries.filter(([name]) => !Object.hasOwn(keys, name));
  return { entries: [...others, ...Object.entries(keys)] };
}

const countNames = ["correct", "incorrect", "incomplete", "unanswered", "submitted", "total"];
const oneOption = fc.record({
  id: oddText,
  checked: fc.oneof(fc.boolean(), scalar),
  at: oddInstant,
  submitted: oddNumber,
});
const oneQuestion = fc.record({
  id: oddText,
  user_result: oddText,
  options: fc.array(oneOption, { maxLength: 3 }),
});

/** Events of the right shape with odd values in its fields; about every second value is a sound one. */
function smallEvent(ids: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
  const or = (sound: Tree, odd: fc.Arbitrary<Tree>) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(sound) }, { weight: 1, arbitrary: odd });
  const counts = fc.record({
    ...Object.fromEntries(countNames.map((name) => [name, or(name === "total" ? 9 : 3, oddNumber)])),
    all_correct: or(true, scalar),
  });
  return fc
    .record({
      user_exam_id: ids,
      base_exam_id: or("b", oddText),
      exam_name: fc.oneof(fc.constantFrom("A", "B", "__proto__", "toString"), oddText),
      started_at: fc.oneof(fc.constant("2018-01-23T14:23:19.082Z"), oddInstant),
      keen_timestamp: or("1516717442.735266", oddSeconds),
      certification: fc.constantFrom<Tree>("true", "false", null, "", true),
      sequences: fc.record({
        counts,
        questions: fc.oneof(
          fc.array(oneQuestion, { maxLength: 3 }),
          scalar.map((one): unknown => one),
        ),
      }),
    })
    .map(toTreeKeepingLiterals);
}

function toTreeKeepingLiterals(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(toTreeKeepingLiterals);
  if (typeof value !== "object" || value === null || Object.hasOwn(value, "literal")) return value as Tree;
  return {
    entries: Object.entries(value).map(([name, child]) => [name, toTreeKeepingLiterals(child)] as const),
  };
}

const oddBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => Buffer.from(text, "utf8")),
  fc.string({ maxLength: 20 }).map((text) => Buffer.from(text, "utf16le")),
  fc.constantFrom(
    Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), // a surrogate as CESU-8 has it
    Buffer.from([0xc0, 0x80]),
    Buffer.from([0xf4, 0x90, 0x80, 0x80]),
    Buffer.from("\ufeff{}"),
    Buffer.from("\u0000\u0000\u0000\u0000\u0007{}"),
    Buffer.from("\u0000"),
    Buffer.from(""),
  ),
  fc
    .constantFrom(
      "NaN",
      "{'a':1}",
      "{} {}",
      "01",
      '{"a":Infinity}',
      '{"a":1,}',
      "[",
      '"',
      '{"a":\u00a01}',
      '{"\t":1}',
    )
    .map((text) => Buffer.from(text)),
);

/** Deep or long values in an event that is otherwise sound, or as all there is. */
const hugeValue: fc.Arbitrary<Literal> = fc
  .tuple(fc.constantFrom("[", '{"a":', '[{"":'), fc.constantFrom(1200, 100_000), fc.boolean())
  .map(([open, depth, isClosed]) => {
    const close = [...open.replace('"a":', "").replace('"":', "")]
      .reverse()
      .map((one) => (one === "[" ? "]" : "}"));
    return { literal: `${open.repeat(depth)}1${isClosed ? close.join("").repeat(depth) : ""}` };
  });
const longValue: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom<Tree>("x".repeat(1_000_000), "é\u0000".repeat(300_000), "[".repeat(1_000_000)),
  fc.constant<Tree>({ literal: `1${"0".repeat(999_999)}` }),
  fc.constant<Tree>(
    Array.from({ length: 20_000 }, (_, at) => ({
      entries: [
        ["id", `o-${at}`],
        ["checked", at],
      ] as const,
    })),
  ),
);

interface Plan {
  readonly key: Buffer | null;
  readonly timestamp: string;
  readonly value: Buffer | null;
  readonly partition: number;
}

/** Messages of all kinds; `count` decides how often exam IDs come again. */
export function fuzzMessage(count: number): fc.Arbitrary<FuzzMessage> {
  const attempts = Math.max(10, Math.floor(count / 4));
  const soundId = fc.nat(attempts).map((number): Tree => `a-${number}`);
  const id: fc.Arbitrary<Tree> = fc.oneof(
    { weight: 8, arbitrary: soundId },
    { weight: 1, arbitrary: scalar },
  );
  const real = fc
    .nat(attempts)
    .map((number) => withKeys(records[number % records.length] as Tree, { user_exam_id: `r-${number}` }));
  const mutated = fc
    .tuple(real, fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([tree, all]) => mutate(tree, all));
  const written = (trees: fc.Arbitrary<Tree>) =>
    fc
      .tuple(trees, fc.oneof(fc.constant(plain), style))
      .map(([tree, how]) => Buffer.from(write(tree, how), "utf8"));
  const around = (trees: fc.Arbitrary<Tree>) =>
    fc
      .tuple(real, fc.constantFrom("exam_name", "more", "sequences", "user_exam_id"), trees)
      .map(([tree, name, by]) => withKeys(tree, { [name]: by }));
  const value: fc.Arbitrary<Buffer | null> = fc.oneof(
    { weight: 180, arbitrary: written(real) },
    { weight: 180, arbitrary: written(mutated) },
    { weight: 150, arbitrary: written(smallEvent(id)) },
    { weight: 60, arbitrary: written(anyTree) },
    { weight: 60, arbitrary: oddBytes },
    { weight: 12, arbitrary: fc.constant(null) },
    {
      weight: 2,
      arbitrary: fc.oneof(
        hugeValue.map(({ literal: text }) => Buffer.from(text)),
        written(around(hugeValue)),
      ),
    },
    { weight: 1, arbitrary: written(around(longValue)) },
  );
  const plan: fc.Arbitrary<Plan> = fc.record({
    value,
    key: fc.option(fc.oneof(fc.constant(Buffer.from("k")), oddBytes), { freq: 8 }),
    timestamp: fc.oneof(
      { weight: 9, arbitrary: fc.nat().map((ms) => String(1_500_000_000_000 + ms)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom("0", "1", "253402300800000", "8640000000000001", "9223372036854775807"),
      },
    ),
    partition: fc.nat(partitions - 1),
  });
  return plan.map(keepTogether);
}

/** All deliveries of one exam ID go to one partition, as the producers' key has it. */
function keepTogether(message: Plan): FuzzMessage {
  const examId = readExamId(message.value);
  if (examId === undefined) return message;
  const partition = createHash("md5").update(examId).digest().readUInt32LE(0) % partitions;
  return { ...message, partition };
}

function readExamId(value: Buffer | null): string | undefined {
  try {
    const event = JSON.parse(value?.toString("utf8") ?? "") as { user_exam_id?: unknown } | null;
    return typeof event?.user_exam_id === "string" ? event.user_exam_id : undefined;
  } catch {
    return undefined;
  }
}

/** What every run holds, whatever the seed: the longest and deepest values, and one event twice in other words. */
function certainValues(): (string | Buffer | null)[] {
  const event = records[0] as Tree;
  const other: Style = { order: 1, space: " ", isEscaped: true, numbers: "exponent" };
  const inside = (literal: string) =>
    write(withKeys(event, { user_exam_id: "deep", more: { literal } }), plain);
  const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`;
  return [
    write(event, plain),
    write(event, other),
    inside(deep("[", "]")),
    inside(` ${deep("[", "]")}`),
    deep('{"a":', "}"),
    deep("[", ""),
    write(withKeys(event, { user_exam_id: "long", exam_name: "x".repeat(1_000_000) }), plain),
    Buffer.alloc(1_000_000, 0xff),
    Buffer.from('{"user_exam_id":"\ud800"}').fill(0xed, 17, 18),
    '{"user_exam_id":"\\ud800"}',
    '{"__proto__":{"user_exam_id":"a"},"constructor":1}',
    null,
  ];
}

/** Makes messages from a seed, the same ones every time. */
export function makeMessages(count: number, seed: number): FuzzMessage[] {
  const certain = certainValues().map((value, index) => {
    const bytes = value === null ? null : Buffer.from(value as string);
    return keepTogether({ partition: index % partitions, timestamp: `${index}`, key: null, value: bytes });
  });
  return [...certain, ...fc.sample(fuzzMessage(count), { numRuns: count - certain.length, seed })];
}
