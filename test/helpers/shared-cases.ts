import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { projectPath } from "user-activity/dist/base/paths";
import type { OutcomeKind } from "user-activity/dist/events/shipped-outcomes";

const file = projectPath("..", "shared", "cases", "events.jsonl");

/** A message and what must come of it. */
export interface SharedCase {
  readonly name: string;
  readonly bytes: Buffer;
  /** ms; undefined where any will do. */
  readonly timestamp: string | undefined;
  readonly expect: {
    /** Also in words, where a contract decides: then it is refused, with a hint. */
    readonly kind: string;
    readonly questionRows?: number;
    readonly started_at_ms?: number;
    readonly recorded_at_ms?: number;
    readonly quarantine?: readonly Readonly<Record<string, string>>[];
  };
}

/** Messages of all kinds, where they lie beside the project; else undefined. They are not the project's. */
export const sharedCases: readonly SharedCase[] | undefined = existsSync(file)
  ? readFileSync(file, "utf8").trimEnd().split("\n").map(toCase)
  : undefined;

function toCase(line: string): SharedCase {
  const { name, value, b64, timestamp, expect } = JSON.parse(line);
  return { name, bytes: b64 ? Buffer.from(b64, "base64") : Buffer.from(value), timestamp, expect };
}

/** What a message came to, be it from the decision alone or from the landed tables. */
export interface CaseOutcome {
  readonly kind: OutcomeKind;
  readonly questionRows: number;
  readonly started_at: number | bigint | undefined;
  readonly recorded_at: number | bigint | undefined;
  readonly value: string | null;
  readonly refusals: readonly {
    readonly table: string;
    readonly failures: readonly {
      readonly path: string;
      readonly rule: string;
      readonly received: string;
    }[];
  }[];
  readonly hint: string | undefined;
}

const hints: Readonly<Record<string, RegExp>> = {
  "five bytes of a schema registry before the JSON": /ID 7\b/,
  "a Connect envelope": /under payload/,
  "a change-data envelope": /under after/,
  "JSON within JSON": /text that holds JSON/,
  "two events in one array": /2 events/,
};

/** Holds what a message came to to what the case says. */
export function checkCase({ name, bytes, expect }: SharedCase, outcome: CaseOutcome): void {
  const isDecided = expect.kind === "graded" || expect.kind === "quarantined";
  assert.equal(outcome.kind, isDecided ? expect.kind : "quarantined", name);
  if (!isDecided) assert.match(outcome.hint ?? "", hints[name] ?? assert.fail(name), name);
  if (!bytes.includes(0)) assert.equal(outcome.value, bytes.toString("utf8"), name);
  if (expect.questionRows !== undefined) assert.equal(outcome.questionRows, expect.questionRows, name);
  if (expect.started_at_ms) assert.equal(Number(outcome.started_at), expect.started_at_ms, name);
  if (expect.recorded_at_ms) assert.equal(Number(outcome.recorded_at), expect.recorded_at_ms, name);
  if (expect.quarantine?.length === 0) assert.deepEqual(outcome.refusals, [], name);
  for (const wanted of expect.quarantine ?? []) checkRefusal(outcome, wanted, name);
}

function checkRefusal(
  { value, refusals }: CaseOutcome,
  wanted: Readonly<Record<string, string>>,
  name: string,
) {
  const { table, receivedNames, ...fields } = wanted;
  const all = refusals.filter((one) => one.table === table).flatMap(({ failures }) => failures);
  const matches = (failure: object) =>
    Object.entries(fields).every(([key, text]) => (failure as Record<string, string>)[key] === text);
  const found = all.find(matches) ?? assert.fail(`${name}: ${JSON.stringify(refusals)}`);
  if (receivedNames) assert.equal(found.received, `NaN at position ${value?.indexOf("NaN")}`, name);
}
