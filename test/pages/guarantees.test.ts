import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectPath } from "user-activity/dist/base/paths";

interface LastRun {
  readonly guaranteesPage: string;
  readonly rows: readonly (readonly [what: string, id: string])[];
  rowsOf(page: string): string[];
  writeFigures(
    page: string,
    tests: Record<string, { passed: boolean; said: string[] }>,
    machine: string,
  ): string;
}

describe("the figures of the last run in docs/guarantees.md", () => {
  let lastRun: LastRun;
  let page: string;

  before(async () => {
    lastRun = await import(pathToFileURL(projectPath("local", "last-run.mjs")).href);
    page = readFileSync(lastRun.guaranteesPage, "utf8");
  });

  /** What the tests say, made up. */
  const sayOf = (passed: boolean) =>
    Object.fromEntries(lastRun.rows.map(([, id]) => [id, { passed, said: ["7 times", "twice"] }]));

  test("are there for every test that the page tells of", () => {
    assert.deepEqual(
      lastRun.rowsOf(page),
      lastRun.rows.map(([what]) => what),
    );
  });

  test("are those of tests that exist", () => {
    const all = readdirSync(projectPath("test"), { recursive: true, encoding: "utf8" });
    const files = all.filter((name) => name.endsWith(".test.ts"));
    const code = files.map((name) => readFileSync(projectPath("test", name), "utf8")).join("\n");
    const named = [...code.matchAll(/test\((["`]).* \[([a-z-]+)\]\1,/g)].map(([, , id]) => id);
    assert.deepEqual(named.sort(), lastRun.rows.map(([, id]) => id).sort());
  });

  test("are written as the tests say them", () => {
    const written = lastRun.writeFigures(page, sayOf(true), "On a machine:");
    assert.match(
      written,
      /^On a machine:\n\n\| what .*\n.*\n\| kill -9 before every .* \| 7 times; twice \|$/m,
    );
    assert.deepEqual(lastRun.rowsOf(written), lastRun.rowsOf(page));
  });

  test("are not written where a test has failed, and say where one has not run", () => {
    assert.throws(() => lastRun.writeFigures(page, sayOf(false), ""), /received a failure/);
    assert.match(lastRun.writeFigures(page, {}, ""), /^\| kill -9 before every .* \| not run \|$/m);
  });
});
