import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { projectPath } from "user-activity/dist/base/paths";
import { compileContract } from "user-activity/dist/contract/compile";
import { readContract } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { writeContract } from "user-activity/dist/contract/write";
import { eventsOf, failuresBy, propose, readProposeCases, toShort } from "../../helpers/propose-cases";

/** What a draft refuses of the events that it was made of. */
function refusedOf(events: readonly unknown[]): string[] {
  const { contract } = propose(events);
  const { readEvent } = compileContract(contract);
  return failuresBy(contract, (event) => readEvent(event, { partition: 0, offset: 1n }), events);
}

describe("a contract that is proposed", () => {
  for (const one of readProposeCases())
    test(one.behaviour, () => {
      const { behaviour: _, events: __, times: ___, ...expected } = one;
      const events = eventsOf(one);
      const draft = propose(events);
      assert.deepEqual(toShort(draft), expected);
      assert.deepEqual(readContract(writeContract(draft.contract, draft.notes)), draft.contract);
      assert.deepEqual(refusedOf(events), []);
    });

  test("is in order and refuses nothing, whatever the few events are that it was made of", () => {
    const key = fc.oneof(
      fc.constantFrom("id", "a", "A", "a.b", "", "$", "partition", "events", "key", "valueOf", "__proto__"),
      fc.string(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom(null, true, "true", "2018-01-23", "P1D", "7", "", 1516717442, 1516717442735.5, -1),
        fc.constantFrom("1e400", "10000000000000001", "9223372036854775808").map(parseJson),
        fc.string(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(key, value, { maxKeys: 5 }), { minLength: 1, maxLength: 6 }),
        (events) => {
          const { contract, notes } = propose(events, "events");
          assert.deepEqual(readContract(writeContract(contract, notes)), contract);
          assert.deepEqual(refusedOf(events), []);
        },
      ),
    );
  });

  test("takes no more tables, columns and steps than a contract may have, and says so", () => {
    const many = (count: number, one: (at: number) => unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k_${at}`, one(at)]));
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) as object;
    const lists = JSON.parse(`${"[".repeat(20)}1${"]".repeat(20)}`) as unknown;
    const { contract, notes } = propose([
      { ...many(600, (at) => at), rows: many(60, () => [{ n: 1 }]), deep, lists },
    ]);
    assert.deepEqual(readContract(writeContract(contract, notes)), contract);
    assert.deepEqual([contract.tables.length, contract.tables[0]?.columns.length], [50, 500]);
    const told = [...notes.values()].flat().filter((note) => note.startsWith("left out"));
    assert.equal(told.filter((note) => /more tables than a contract may have$/.test(note)).length, 11);
    assert.ok(told.some((note) => /more columns than a table may have$/.test(note)));
    assert.ok(told.some((note) => /more than 32 steps$/.test(note)));
    assert.ok(told.some((note) => /lists: elements: .*more than 14 levels/.test(note)));
  });

  const file = projectPath("data", "assessments.json");
  test("of the shipped events refuses none that the shipped contract takes", {
    skip: !existsSync(file),
  }, () => {
    const events = JSON.parse(readFileSync(file, "utf8")) as unknown[];
    const shipped = compileContract(shippedContract);
    const place = { partition: 0, offset: 1n };
    const sound = events.filter((event) =>
      Object.values(shipped.readEvent(event, place)).every(({ kind }) => kind !== "refused"),
    );
    assert.ok(sound.length > 3000);
    const { contract, notes } = propose(events, "assessments");
    const compiled = compileContract(readContract(writeContract(contract, notes)));
    const rows = { assessments: 0, questions: 0, options: 0 };
    for (const event of sound)
      for (const [table, outcome] of Object.entries(compiled.readEvent(event, place))) {
        if (outcome.kind !== "rows") assert.equal(outcome.kind, "absent", table);
        else rows[table as keyof typeof rows] += outcome.rows.length;
      }
    const questions = sound.flatMap(
      (event) => (event as { sequences: { questions?: { options: object[] }[] } }).sequences.questions ?? [],
    );
    assert.deepEqual(rows, {
      assessments: sound.length,
      questions: questions.length,
      options: questions.flatMap(({ options }) => options).length,
    });
    assert.deepEqual(new Set(sound.flatMap((event) => [...compiled.findUnknown(event).keys()])), new Set());
  });
});
