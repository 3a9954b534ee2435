// @ts-check
// node bench/stages.mjs: what an event costs in each step of a landing, in µs of a core, in one thread and without Kafka and
// HDFS: least of five rounds over the shipped events.
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";
import { tell, toTable } from "./measure.mjs";

await setupOrExit();
const { readRecords } = await import("user-activity/dist/publish/source.js");
const { shippedContract } = await import("user-activity/dist/contract/shipped.js");
const { decodeText } = await import("user-activity/dist/events/decode.js");
const { readersOf } = await import("user-activity/dist/events/readers.js");
const { readMessage, toRawRow } = await import("user-activity/dist/events/outcomes.js");
const { Gathering } = await import("user-activity/dist/landing/chunk.js");
const { modelOf } = await import("user-activity/dist/tables/lake-model.js");

/** @type {Buffer[]} */
const values = [];
for await (const { value } of readRecords(join(projectDir, "data", "assessments.json")))
  values.push(Buffer.from(JSON.stringify(value)));
const model = modelOf(shippedContract);
const readers = readersOf(shippedContract);
const origin = { topic: "t", partition: 0, offset: 0n, timestamp: 0n, key: null, headers: [] };
const place = { ...origin, eventIndex: 0 };

/**
 * Seconds of a core, those of Node's own threads included, for each event.
 * @param {() => void | Promise<void>} work
 */
async function measure(work) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    for (let again = 0; again < 8; again++) await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / (8 * values.length));
  }
  return least;
}

/** @param {(event: unknown) => void} look @returns {() => void} what decodes each event, looks at it and lets it go, as a landing does */
const decodeAnd = (look) => () =>
  values.forEach((value) => {
    const decoded = readers.decode(value);
    if (decoded.ok) for (const event of decoded.events) look(event);
  });

// before anything is held: what is held is looked through by each garbage collection
const parsing = await measure(() => values.forEach((value) => void JSON.parse(decodeText(value) ?? "")));
const decoding = await measure(decodeAnd(() => {}));
const reading = await measure(
  decodeAnd((event) => {
    readers.readMain(event, place);
    readers.readParts(event, place);
  }),
);
const looking = await measure(decodeAnd((event) => void readers.findUnknown(event)));
/** @type {[string, string][]} */
const found = [
  ["bytes to text, JSON.parse", parsing.toFixed(1)],
  ["the bytes in canonical order, their hash", (decoding - parsing).toFixed(1)],
  ["the contract's rows", (reading - decoding).toFixed(1)],
  ["paths that no column has", (looking - decoding).toFixed(1)],
];

const read = values.map((value) => readMessage({ ...origin, value }, readers));
/** @type {Record<string, object[]>} */
const rows = {
  raw_data: values.map((value, index) => toRawRow({ ...origin, value }, read[index]?.text ?? null)),
};
for (const { events: own } of read)
  for (const group of own.flatMap(({ main, parts }) => [main, parts]))
    if (group.kind === "rows")
      for (const [table, some] of Object.entries(group.rows)) rows[table] = [...(rows[table] ?? []), ...some];

const gather = () => {
  const gathering = new Gathering({ model, isReplay: false });
  for (const [table, own] of Object.entries(rows)) gathering.rows.append(table, own);
  return gathering;
};
const whole = await measure(async () => void (await gather().end()));
found.push(["rows to columns, pages, zstd", whole.toFixed(1)]);
tell(toTable(["step", "µs of a core an event"], found));
