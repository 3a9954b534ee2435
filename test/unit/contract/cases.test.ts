import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { compileContract } from "user-activity/dist/contract/compile";
import { decodeEvents } from "user-activity/dist/events/decode";
import { type ContractCase, contractOf, readContractCases } from "../../helpers/contract-cases";

/** What the events of one message come to. */
interface EventCase extends ContractCase {
  /** The message's value: JSON as it is, or text as it is sent; `frame` puts a schema registry's five bytes before it. */
  readonly value?: unknown;
  readonly text?: string;
  readonly frame?: true;
  /** By table, of all events of the message. */
  readonly rows?: Readonly<Record<string, readonly object[]>>;
  /** Each as `table: path: rule: expected: received`; of the message `$: ...`. */
  readonly failures?: readonly string[];
  /** Each as `table: by: path`. */
  readonly warnings?: readonly string[];
  readonly unknown?: readonly string[];
  /** By summary, over the rows of the message. */
  readonly sums?: Readonly<Record<string, readonly object[]>>;
}

const cases = readContractCases<EventCase>().filter(({ problems }) => !problems);

for (const one of cases)
  test(one.behaviour, () => {
    const { rows, failures, warnings, unknown, sums } = one;
    const expected = { rows, failures, warnings, unknown, sums };
    assert.deepEqual(outcomeOf(one), JSON.parse(JSON.stringify(expected)));
  });

function outcomeOf(one: EventCase) {
  const contract = contractOf(one);
  const compiled = compileContract(contract);
  const body = Buffer.from(one.text ?? JSON.stringify(one.value));
  const bytes = one.frame ? Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), body]) : body;
  const decoded = decodeEvents(bytes, contract.source, compiled.eventsOf);
  if (!decoded.ok) return { failures: decoded.failures.map((failure) => formatOne("message", failure)) };
  const rows: Record<string, object[]> = {};
  const [failures, warnings, unknown]: [string[], string[], string[]] = [[], [], []];
  for (const [eventIndex, event] of decoded.events.entries()) {
    for (const [table, outcome] of Object.entries(
      compiled.readEvent(event, { partition: 1, offset: 7n, eventIndex }),
    )) {
      if (outcome.kind === "refused") failures.push(...outcome.failures.map((one) => formatOne(table, one)));
      if (outcome.kind !== "rows") continue;
      rows[table] = [...(rows[table] ?? []), ...outcome.rows];
      warnings.push(...outcome.warnings.map(({ by, path }) => `${table}: ${by}: ${path}`));
    }
    unknown.push(...compiled.findUnknown(event).keys());
  }
  const sums = Object.fromEntries(
    contract.summaries.flatMap(({ name, of }) => {
      const { groupOf, add, toRow } = compiled.summaries[name] ?? assert.fail();
      const groups = new Map<string, ReturnType<typeof add>>();
      for (const row of rows[of] ?? []) groups.set(groupOf(row), add(groups.get(groupOf(row)), row));
      const rowsOfSums = [...groups.values()].map((group) => toPlain(toRow(group)));
      return rowsOfSums.length > 0 ? [[name, rowsOfSums]] : [];
    }),
  );
  return withoutEmpty({ rows: toPlain(rows), failures, warnings, ...(one.unknown ? { unknown } : {}), sums });
}

function formatOne(
  table: string,
  one: { path: string; rule: string; expected: string; received: string },
): string {
  return [table, one.path, one.rule, one.expected, one.received].join(": ");
}

/** As JSON can say it: a bigint as text. */
function toPlain<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? `${one}n` : one)));
}

function withoutEmpty(outcome: object): object {
  return Object.fromEntries(
    Object.entries(outcome).filter(([, value]) => Object.keys(value as object).length > 0),
  );
}

test("there are at least 120 cases of contracts and enforcement", () => {
  const count = ["contract", "enforce"].reduce(
    (sum, folder) => sum + readdirSync(projectPath("test", "cases", folder)).length,
    0,
  );
  assert.ok(count >= 120, String(count));
});
