import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileContract } from "user-activity/dist/contract/compile";
import { diffContracts } from "user-activity/dist/contract/diff";
import type { Contract, ContractColumn, ContractRule } from "user-activity/dist/contract/model";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { EventComparison } from "user-activity/dist/events/diff-events";
import { contractOf } from "../../helpers/contract-cases";
import { changesOf, readDiffCases } from "../../helpers/diff-cases";

describe("a change of a contract", () => {
  for (const { behaviour, changes, ...given } of readDiffCases())
    test(behaviour, () => assert.deepEqual(changesOf(given), changes));

  test("is none from a contract to itself", () => {
    assert.deepEqual(diffContracts(shippedContract, shippedContract), []);
  });

  const none = undefined;
  const severity = fc.constantFrom("error", "warning", none);
  const bound = fc.constantFrom(0, 1, 2, none);
  const asked = fc.oneof(
    fc.record({ type: fc.constant("INT32"), min: bound, max: fc.constantFrom(2, 5, none), severity }),
    fc.record({
      type: fc.constant("STRING"),
      minLength: bound,
      maxLength: fc.constantFrom(2, 5, none),
      severity,
    }),
    fc.record({
      type: fc.constant("STRING"),
      values: fc.subarray(["a", "b", "cc"], { minLength: 1 }),
      severity,
    }),
    fc.record({
      type: fc.constant("INT32"),
      misfit: fc.constantFrom("nulled", none),
      nullable: fc.constant(true),
    }),
  );
  const rule = fc.constantFrom([], ["error"], ["warning"]);
  const contract = fc
    .tuple(asked, fc.boolean(), fc.boolean(), rule)
    .map(([one, nullable, isTwo, severities]) => {
      const x = JSON.parse(JSON.stringify({ name: "x", nullable, from: "x", ...one })) as ContractColumn; // without undefined
      const n: ContractColumn = { name: "n", type: "INT32", nullable: true, from: "n" };
      const rules = severities.map((severity) => ({ name: "r", holds: "n < 2", severity }) as ContractRule);
      const table = {
        name: "t",
        row: "$",
        columns: isTwo ? [x, n] : [x],
        rules: isTwo ? rules : [],
        foreignKeys: [],
      };
      return { ...shippedContract, tables: [table], summaries: [] };
    });
  const value = fc.constantFrom(null, 0, 1, 2, 5, 7, "", "a", "b", "cc", "dddddd", true);
  const event = fc.dictionary(fc.constantFrom("x", "n"), value);

  test("that is compatible takes every event that was taken, of known paths, and gives it the same values", () => {
    let compared = 0;
    const place = { partition: 0, offset: 1n };
    const compare = (before: Contract, after: Contract, events: readonly Record<string, unknown>[]) => {
      if (diffContracts(before, after).some(({ kind }) => kind === "breaking")) return;
      const known = before.tables[0]?.columns.map(({ name }) => name) ?? [];
      const [was, is] = [compileContract(before), compileContract(after)];
      for (const any of events) {
        const one = Object.fromEntries(Object.entries(any).filter(([key]) => known.includes(key)));
        const [old, now] = [was.readEvent(one, place).t, is.readEvent(one, place).t];
        if (old?.kind !== "rows") continue;
        compared++;
        assert.ok(now?.kind === "rows");
        assert.deepEqual({ ...now.rows[0], ...old.rows[0] }, now.rows[0]);
      }
    };
    fc.assert(fc.property(contract, contract, fc.array(event, { maxLength: 8 }), compare), { numRuns: 2000 });
    assert.ok(compared > 100, String(compared));
  });
});

test("events that a contract refuses are breaking, each counted once, and no others", () => {
  const contract = contractOf({
    behaviour: "",
    contract: {
      schema: [
        {
          name: "t",
          custom: { row: "a[]" },
          properties: [{ name: "n", logicalType: "integer", required: true, primaryKey: true }],
        },
      ],
    },
  });
  const comparison = new EventComparison(contract);
  const all = [{ a: [{ n: 1 }, { n: "x" }, { n: "y" }] }, { a: [{ n: "z" }] }, { a: [] }, {}];
  for (const [at, one] of all.entries())
    comparison.observe(Buffer.from(JSON.stringify(one)), { partition: 2, offset: BigInt(at + 7) });
  const { eventCount, undecodableCount, omittedCount, changes } = comparison.toDiff();
  assert.deepEqual([eventCount, undecodableCount, omittedCount], [4, 0, 0]);
  assert.deepEqual(changes, [
    {
      kind: "breaking",
      table: "t",
      path: "a[].n",
      change: "refused by type",
      before: "a whole number from -2147483648 to 2147483647",
      after: null,
      events: 2,
      example: '"x"',
      place: { partition: 2, offset: "7" },
    },
  ]);
});

test("changes without end are cut and counted", () => {
  const contract = contractOf({
    behaviour: "",
    contract: { schema: [{ name: "t", properties: [{ name: "n", logicalType: "integer" }] }] },
  });
  const comparison = new EventComparison(contract);
  for (let at = 0; at < 1100; at++) comparison.observe(Buffer.from(`{"n":1,"k${at}":1}`), { record: at });
  const { changes, omittedCount } = comparison.toDiff();
  assert.deepEqual([changes.length, omittedCount], [1000, 100]);
});
