import assert from "node:assert/strict";
import { test } from "node:test";
import { openKept } from "user-activity/dist/lake/contract-file";
import { readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { endAfter, pulled, wrapLake } from "../../helpers/faulty-lake";
import { landVisits, visit, visitsContract } from "../../helpers/visits";
import { createWholeLake } from "../../helpers/whole-hdfs";
import type { WholeLake } from "../../helpers/whole-landing";

/** Work on a lake that may be ended after any of its calls to HDFS. */
interface Kills {
  readonly prepare: (whole: WholeLake) => Promise<void>;
  readonly work: (whole: WholeLake) => Promise<unknown>;
}

/** What a lake holds, by its own contract, in an order of its own. */
async function contentsOf({ lake }: WholeLake): Promise<string> {
  const kept = await openKept(lake);
  const tables = Object.keys(kept.model.tables);
  const rows = await Promise.all(
    tables.map(async (table) => (await readTable(kept, table)).map((row) => toText(row)).sort()),
  );
  const { counts, rowCounts } = (await readLastCommit(lake))?.state ?? assert.fail("no commit");
  return toText({ tables, rows, counts, rowCounts });
}

const toText = (value: unknown) =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? `${one}` : one));

/** Calls that change nothing: ended after one, a lake is as after the call before. */
const onlyReads = /^(?:stat|list|read|access|attributes)\b/;

/** Ends the work after each call that changes something and does it again; the lake is then as if never ended. */
async function killEverywhere({ prepare, work }: Kills): Promise<void> {
  const whole = createWholeLake("visits");
  await prepare(whole);
  const points: number[] = [];
  const note = (number: number, call: () => Promise<unknown>, what: string) => {
    if (!onlyReads.test(what)) points.push(number);
    return call();
  };
  await work({ ...whole, lake: wrapLake(whole.lake, note) });
  const expected = await contentsOf(whole);
  assert.ok(points.length > 10, `${points.length} calls`);
  for (const last of points) {
    const own = createWholeLake("visits");
    await prepare(own);
    await work({ ...own, lake: endAfter(own.lake, last) }).catch((error: Error) => {
      if (!error.message.includes(pulled)) throw error;
    });
    await work(own);
    assert.equal(await contentsOf(own), expected, `ended after call ${last}`);
    const { ok, checks } = await verify({ ...own });
    assert.ok(ok, `ended after call ${last}: ${JSON.stringify(checks)}`);
  }
}

const color = { name: "color", logicalType: "string" };
const more = { name: "extra", properties: [{ name: "site", logicalType: "string" }] };

test("a landing that takes a changed contract may end anywhere: nothing is lost or doubled", async () => {
  const [before, now] = [visitsContract(), visitsContract({ columns: [color], tables: [more] })];
  const values = [visit("b", { color: "red" }), visit("c"), visit("b", { color: "red" })];
  await killEverywhere({
    prepare: (whole) => landVisits(whole, before, { values: [visit("a", { color: "blue" })] }),
    work: async (whole) => {
      const at = (await readLastCommit(whole.lake))?.state.offsets[0];
      await landVisits(whole, now, { values: at === "1" ? values : [] });
    },
  });
});

test("a replay by a contract that breaks with the one before may end anywhere", async () => {
  const before = visitsContract({ tables: [more] });
  const now = visitsContract({ columns: [{ ...color, required: true }] });
  await killEverywhere({
    prepare: (whole) => landVisits(whole, before, { values: [visit("a", { color: "blue" }), visit("b")] }),
    work: (whole) => replay({ ...whole, contract: now }),
  });
});

test("a replay by the latest may end anywhere: one wins", async () => {
  const contract = visitsContract({ counts: "latest" });
  const values = [visit("a", { at: 2 }), visit("a", { at: 9, pages: 9 }), visit("b"), visit("a", { at: 5 })];
  await killEverywhere({
    prepare: (whole) => landVisits(whole, contract, { values }),
    work: (whole) => replay({ ...whole, contract }),
  });
});
