import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { writeContract } from "user-activity/dist/contract/write";
import { openKept } from "user-activity/dist/lake/contract-file";
import { formatWhole } from "user-activity/dist/lake/counts";
import { readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { dryRunReplay } from "user-activity/dist/landing/dry-run";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { ownFolder } from "../../helpers/live-lake";
import { landVisits, visit, visitsContract } from "../../helpers/visits";
import { createWholeLake } from "../../helpers/whole-hdfs";
import type { WholeLake } from "../../helpers/whole-landing";

async function stateOf({ lake }: WholeLake) {
  return (await readLastCommit(lake))?.state ?? assert.fail("no commit");
}

/** Rows of a table as the lake's own contract has it, without where they came from. */
async function rowsOf({ lake }: WholeLake, table: string): Promise<object[]> {
  const rows = await readTable(await openKept(lake), table);
  return rows.map((row) => {
    const { partition, offset, ...rest } = row as Record<string, unknown>;
    return rest;
  });
}

async function assertVerified(whole: WholeLake): Promise<void> {
  const { ok, checks } = await verify({ ...whole });
  assert.ok(ok, JSON.stringify(checks.filter((check) => !check.ok)));
}

describe("a lake by another contract", () => {
  test("has its tables and sums; what is no event, or conflicts, is in quarantine", async () => {
    const whole = createWholeLake("visits");
    const values = [
      visit("a", { pages: 200 }),
      visit("a", { pages: 200 }),
      visit("b", { views: [{ url: 1 }] }),
      visit("a", { site: "jam" }),
      visit("c", { site: undefined, extra: { deep: 1 } }),
      "no JSON",
    ];
    await landVisits(whole, visitsContract(), { values });
    assert.deepEqual(await rowsOf(whole, "visits"), [
      { id: "a", at: 1000, site: "tea", pages: 200, event_index: 0 },
      { id: "b", at: 1000, site: "tea", pages: 1, event_index: 0 },
    ]);
    assert.deepEqual(await rowsOf(whole, "views"), [
      { id: "a", view: 0, url: "/" },
      { id: "c", view: 0, url: "/" },
    ]);
    assert.deepEqual(await rowsOf(whole, "sites"), [{ site: "tea", visits: 2, pages: 100.5 }]);
    const refused = await readTable(whole.lake, "quarantine");
    assert.deepEqual(
      refused.map(({ offset, table, failures }) => [
        Number(offset),
        table,
        failures[0]?.path,
        failures[0]?.rule,
      ]),
      [
        [2, "views", "views[0].url", "type"],
        [3, "visits", "id", "duplicate"],
        [4, "visits", "site", "required"],
        [5, "events", "$", "json"],
      ],
    );
    const state = await stateOf(whole);
    assert.equal(formatWhole(state), "consumed 6 = landed 2 + duplicates 1 + quarantined 3");
    assert.deepEqual(state.warnings, { "few-pages": 1 });
    assert.deepEqual(state.unknown, {
      extra: { events: 1, partition: 0, offset: "4", example: '{"deep":1}' },
    });
    await assertVerified(whole);
  });

  test("counts events where a message has several, each with its place", async () => {
    const whole = createWholeLake("visits");
    const contract = visitsContract({ events: "data[]" });
    const values = [
      { data: [visit("a"), visit("b", { pages: -1 }), visit("a")] },
      { data: [] },
      { data: [visit("c"), visit("a", { pages: "x" }), visit("d", { at: "x" })] },
      { other: 1 },
    ];
    await landVisits(whole, contract, { values });
    const rows = (await rowsOf(whole, "visits")) as { id: string; event_index: number }[];
    assert.deepEqual(
      rows.map(({ id, event_index }) => [id, event_index]),
      [
        ["a", 0],
        ["c", 0],
      ],
    );
    const state = await stateOf(whole);
    assert.equal(formatWhole(state), "consumed 4 with events 7 = landed 2 + duplicates 1 + quarantined 4");
    const refused = await readTable(whole.lake, "quarantine");
    assert.deepEqual(
      refused.map(({ offset, failures }) => [Number(offset), ...failures.map(({ path }) => path)]),
      [
        [0, "data[1].pages"],
        [2, "data[1].pages", "data[1].id", "data[2].at"],
        [3, "data"],
      ],
    );
    await assertVerified(whole);
  });

  test("is verified by what it was landed by, whatever contract is set", async () => {
    const whole = createWholeLake("visits");
    await landVisits(whole, visitsContract(), { values: [visit("a", { note: "n" })] });
    const file = join(ownFolder(), "contract.yaml");
    writeFileSync(
      file,
      writeContract(visitsContract({ columns: [{ name: "note", logicalType: "string" }] })),
    );
    const config = { ...whole.config, contractFile: file };
    assert.ok((await verify({ ...whole, config })).ok);
    const required = { name: "note", logicalType: "string", required: true, custom: {} };
    writeFileSync(file, writeContract(visitsContract({ columns: [required] })));
    assert.ok((await verify({ ...whole, config })).ok);
  });

  test("is compacted, and refuses the events of any other", async () => {
    const whole = createWholeLake("visits");
    for (const id of ["a", "b", "c"]) await landVisits(whole, visitsContract(), { values: [visit(id)] });
    const { tables } = await compact({ ...whole });
    assert.deepEqual(
      tables.map(({ table, filesAfter }) => [table, filesAfter]),
      ["raw_data", "visits", "views", "quarantine", "_index"].map((table) => [table, 1]),
    );
    await assert.rejects(landVisits(whole, visitsContract({ id: "walks" }), { values: [] }), {
      message: /expected contract "visits", received "walks"; a lake holds the events of one contract/,
    });
    await assertVerified(whole);
  });
});

describe("a contract that changes", () => {
  const color = { name: "color", logicalType: "string" };

  test("in a compatible way is taken by the next landing; rows before it stay, and are verified as they landed", async () => {
    const whole = createWholeLake("visits");
    await landVisits(whole, visitsContract(), { values: [visit("a", { color: "red", size: 1 })] });
    assert.deepEqual(Object.keys((await stateOf(whole)).unknown ?? {}), ["color", "size"]);
    const now = visitsContract({ columns: [color] });
    await landVisits(whole, now, { values: [visit("b", { color: "blue" })] });
    assert.deepEqual(Object.keys((await stateOf(whole)).unknown ?? {}), ["size"]);
    const colors = async () =>
      ((await rowsOf(whole, "visits")) as { color: string | null }[]).map((row) => row.color);
    assert.deepEqual(await colors(), [null, "blue"]);
    await assertVerified({ ...whole });
    const { tables } = await dryRunReplay({ ...whole, contract: now });
    const [visits] = tables;
    assert.deepEqual([visits?.came, visits?.went, visits?.changed], [0, 0, 1]);
    const [example] = visits?.examples ?? [];
    assert.deepEqual(example?.key, ["a"]);
    assert.deepEqual(await colors(), [null, "blue"], "nothing was changed");
    await replay({ ...whole, contract: now });
    assert.deepEqual(await colors(), ["red", "blue"]);
    assert.equal((await stateOf(whole)).taken, undefined);
    await assertVerified(whole);
  });

  test("in a breaking way is refused with what to do, and taken by a replay, which drops tables that are gone", async () => {
    const whole = createWholeLake("visits");
    const before = visitsContract({
      tables: [{ name: "extra", properties: [{ name: "site", logicalType: "string" }] }],
    });
    await landVisits(whole, before, { values: [visit("a"), visit("b", { color: "red" })] });
    const now = visitsContract({ columns: [{ ...color, required: true }] });
    await assert.rejects(landVisits(whole, now, { values: [visit("c")] }), {
      message:
        /received one that breaks with it: .*(?:table gone|new required column).* and 1 more; "npx user-activity replay --dry-run"/,
    });
    assert.equal((await stateOf(whole)).counts.consumed, 2);
    const { before: was, after } = await replay({ ...whole, contract: now });
    assert.deepEqual([was.counts.quarantined, after.counts.quarantined], [0, 1]);
    assert.deepEqual(Object.keys(after.rowCounts), ["raw_data", "visits", "views", "sites", "quarantine"]);
    await landVisits(whole, now, { values: [visit("d", { color: "tan" })] });
    assert.equal(await whole.lake.hdfs.stat(whole.lake.at("extra")), undefined);
    await assertVerified(whole);
  });

  test("and has a table again that it had dropped begins that one anew", async () => {
    const whole = createWholeLake("visits");
    const extra = { name: "extra", properties: [{ name: "site", logicalType: "string" }] };
    await landVisits(whole, visitsContract({ tables: [extra] }), { values: [visit("a")] });
    await replay({ ...whole, contract: visitsContract() });
    await landVisits(whole, visitsContract({ tables: [extra] }), { values: [visit("b", { site: "jam" })] });
    assert.deepEqual(await rowsOf(whole, "extra"), [{ site: "jam" }]);
    await assertVerified(whole);
  });

  test("of a summary needs a replay", async () => {
    const whole = createWholeLake("visits");
    await landVisits(whole, visitsContract(), { values: [visit("a")] });
    const first = { name: "firsts", custom: { summaryOf: "visits" } };
    const properties = [
      { name: "site", logicalType: "string", required: true, primaryKey: true },
      { name: "at", logicalType: "timestamp", required: true, transformLogic: "min(at)" },
    ];
    const now = visitsContract({ tables: [{ ...first, properties }] });
    await assert.rejects(landVisits(whole, now, { values: [] }), /breaks with it: firsts: new table/);
    await replay({ ...whole, contract: now });
    assert.deepEqual(await rowsOf(whole, "firsts"), [{ site: "tea", at: 1000 }]);
    await landVisits(whole, now, { values: [visit("b", { at: 5 })] });
    assert.deepEqual(await rowsOf(whole, "firsts"), [{ site: "tea", at: 5 }]);
    await assertVerified(whole);
  });
});

describe("where the latest counts", () => {
  const contract = visitsContract({ counts: "latest" });
  const deliveries = [
    [visit("a", { at: 5, pages: 5 }), visit("b", { at: 1, pages: 1 }), visit("a", { at: 5, pages: 5 })],
    [visit("a", { at: 9, pages: 9 }), visit("b", { at: 0, pages: 7 }), visit("c", { at: 3, pages: -3 })],
    [visit("a", { at: 7, pages: 7 }), visit("b", { at: 1, pages: 2 }), visit("c", { at: 3, pages: 3 })],
  ];
  const pagesOf = async (whole: WholeLake) =>
    ((await rowsOf(whole, "visits")) as { id: string; pages: number }[])
      .map(({ id, pages }) => `${id} ${pages}`)
      .sort();

  test("landing tells what came later, and a replay takes it: the same one wins in any order", async () => {
    const winners = new Set<string>();
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const whole = createWholeLake("visits");
      for (const partition of order)
        await landVisits(whole, contract, { values: deliveries[partition] ?? [], partition });
      await assertVerified(whole);
      const { later = 0, counts } = await stateOf(whole);
      assert.ok(later > 0);
      assert.deepEqual(counts, { consumed: 9, graded: 3, duplicates: 5, quarantined: 1 });
      await replay({ ...whole, contract, again: true });
      winners.add(JSON.stringify(await pagesOf(whole)));
      assert.equal((await stateOf(whole)).later, undefined);
      await assertVerified(whole);
    }
    assert.equal(winners.size, 1);
    assert.match([...winners][0] ?? "", /^\["a 9","b [12]","c 3"\]$/);
  });

  test("what lands after a replay is compared with what it chose", async () => {
    const whole = createWholeLake("visits");
    await landVisits(whole, contract, { values: [visit("a", { at: 1 }), visit("a", { at: 4, pages: 4 })] });
    await replay({ ...whole, contract });
    await landVisits(whole, contract, { values: [visit("a", { at: 3 }), visit("b")] });
    assert.equal((await stateOf(whole)).later, undefined);
    await landVisits(whole, contract, { values: [visit("a", { at: 6, pages: 6 })] });
    assert.equal((await stateOf(whole)).later, 1);
    assert.deepEqual(await pagesOf(whole), ["a 4", "b 1"]);
    await assertVerified(whole);
    await replay({ ...whole, contract });
    assert.deepEqual(await pagesOf(whole), ["a 6", "b 1"]);
    await assertVerified(whole);
  });
});
