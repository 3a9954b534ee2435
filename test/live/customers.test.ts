import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import type { LakeStatus } from "user-activity/dist/landing/status";
import { assertFailure, parseResult, runCli } from "../helpers/cli-process";
import { decideCustomer, linesOf } from "../helpers/customers";
import { ownConfig, ownFolder } from "../helpers/live-lake";

const newColumn = "{ name: later, logicalType: string, transformSourceObjects: [never.there] }";
const page = readFileSync(projectPath("docs", "own-events.md"), "utf8");

/** Runs a customer's events from the file to tables, as the page says it. */
async function landCustomer(name: string) {
  const { kafka, hdfs } = ownConfig(name);
  const contract = `data/customers/${name}.odcs.yaml`;
  assert.ok(page.includes(`export CONTRACT=${contract} KAFKA_TOPIC=${name} LAKE_DIR=/${name}`));
  const env = { CONTRACT: contract, KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir };
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(args, { env });
    assert.equal(code, 0, stderr);
    return { stdout, stderr };
  };
  const json = async <T>(...args: string[]) => JSON.parse((await run(...args, "--json")).stdout) as T;
  await run("publish", `data/customers/${name}.jsonl`);
  const landed = await json<LakeStatus & { readonly state: unknown }>("land");
  return { env, run, json, landed };
}

/** The query of a customer's part of the page, and what the page shows of it. */
function queryOf(heading: string) {
  const [part = assert.fail(heading)] = page.split(/^##+ /m).filter((one) => one.startsWith(heading));
  const shown = /^```sh\nnpx user-activity query "([^"]+)"\n```\n\n```text\n(.*?)^```$/ms.exec(part);
  const [, select = assert.fail(`${heading}: no query with its output`), output = ""] = shown ?? [];
  return { select, output };
}

/** Rows as a query tells them: a time as its text, a bigint as a number. */
const told = (rows: readonly object[] = []) =>
  JSON.parse(
    JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
  ) as object[];

describe("xAPI statements", () => {
  const decided = decideCustomer("xapi");

  test("land by their contract, and every command reads the tables that it says", async () => {
    const { env, run, json, landed } = await landCustomer("xapi");
    const { counts, datasets, sumHolds, warnings, contract } = landed;
    assert.equal(sumHolds, true);
    assert.equal(counts.consumed, linesOf("xapi").length);
    assert.equal(counts.graded, decided.rows.statements?.length);
    assert.equal(contract.id, decided.contract.id);
    assert.deepEqual(
      Object.values(warnings),
      decided.warned.map(() => 1),
    );
    assert.deepEqual(
      datasets.map(({ table }) => table),
      ["raw_data", "statements", "parents", "activities", "quarantine"],
    );
    const select = 'SELECT * EXCLUDE (partition, "offset", done_at, stored_at) FROM statements ORDER BY id';
    const rows = await json<object[]>("query", select);
    const expected = decided.rows.statements?.map(({ partition, offset, done_at, stored_at, ...row }) => row);
    assert.deepEqual(rows, told(expected?.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))));
    const [sum] = await json<{ n: number; scaled: number }[]>(
      "query",
      "SELECT count(*)::INT AS n, sum(statements)::INT AS scaled FROM activities",
    );
    assert.deepEqual(sum, { n: decided.sums.length, scaled: decided.rows.statements?.length });
    assert.deepEqual((await json<{ ok: boolean }>("verify")).ok, true);
    const { select: onPage, output } = queryOf("xAPI statements");
    assert.equal((await run("query", onPage)).stdout, output);
    assert.match((await run("status")).stdout, /warnings, of rows that landed: /);
    assert.match((await run("quarantine")).stdout, /result\.score\.scaled/);
    assert.match((await run("describe", "statements", "--profile")).stdout, /scaled/);
    const folder = join(ownFolder(), "exported");
    const exported = await json<{ table: string }[]>("export", folder, "--table", "statements", "activities");
    assert.deepEqual(
      exported.map(({ table }) => table),
      ["statements", "activities"],
    );
    await run("compact");
    assert.match((await run("replay", "--dry-run")).stdout, /a replay would change nothing/);
    assert.deepEqual((await json<{ ok: boolean }>("verify")).ok, true);
    // readers need no contract: the lake keeps its own
    const { stdout } = await runCli(["query", "SELECT count(*) AS n FROM parents", "--csv"], {
      env: { ...env, CONTRACT: undefined },
    });
    assert.equal(stdout, `n\r\n${decided.rows.parents?.length}\r\n`);
    const other = assertFailure(await runCli(["land"], { env: { ...env, CONTRACT: undefined } }), 1);
    assert.match(other, /a lake holds the events of one contract: set CONTRACT to it/);
  });
});

describe("Open edX tracking logs", () => {
  const decided = decideCustomer("edx");

  test("land with several events a message, each text within JSON", async () => {
    const { env, run, json, landed } = await landCustomer("edx");
    const { counts, sumHolds } = landed;
    assert.equal(sumHolds, true);
    assert.equal(counts.consumed, linesOf("edx").length);
    assert.equal(counts.graded, decided.rows.checks?.length);
    for (const [table, rows] of Object.entries(decided.rows)) {
      const [found] = await json<{ n: number }[]>("query", `SELECT count(*)::INT AS n FROM ${table}`);
      assert.equal(found?.n, rows.length, table);
    }
    const { select, output } = queryOf("Open edX tracking logs");
    assert.equal((await run("query", select)).stdout, output);
    assert.deepEqual((await json<{ ok: boolean }>("verify")).ok, true);

    // a compatible contract is taken without a message, and does not fail what was landed before
    const wider = join(ownFolder(), "wider.yaml");
    const text = readFileSync(projectPath(env.CONTRACT), "utf8");
    writeFileSync(
      wider,
      text.replace(/^ {4}properties:\n/m, (line) => `${line}      - ${newColumn}\n`),
    );
    const after = { env: { ...env, CONTRACT: wider } };
    const verified = async () => parseResult(await runCli(["verify", "--json"], after)).ok;
    assert.equal(await verified(), true);
    assert.equal(parseResult(await runCli(["land", "--json"], after)).consumed, 0);
    assert.equal(await verified(), true);
    const [row] = await json<object[]>(
      "query",
      "SELECT count(*)::INT AS n, count(later)::INT AS there FROM checks",
    );
    assert.deepEqual(row, { n: decided.rows.checks?.length, there: 0 });
    const { tables } = await json<{ tables: { came: number; went: number; changed: number }[] }>(
      "diff",
      "--at",
      "2",
      "4",
    );
    assert.deepEqual(
      tables.map(({ came, went, changed }) => came + went + changed),
      tables.map(() => 0),
    );
    // files before and after it hold no other rows than themselves
    assert.equal((await json<{ ok: boolean }>("verify", "--against", env.LAKE_DIR)).ok, true);
  });
});
