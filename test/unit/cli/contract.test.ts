import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { assertFailure, parseResult, runCli } from "../../helpers/cli-process";

describe("user-activity contract", () => {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  after(() => rmSync(folder, { recursive: true }));
  const wrong = join(folder, "wrong.yaml");
  writeFileSync(
    wrong,
    "apiVersion: v3.1.0\nkind: DataContract\nid: w\nversion: 1\nstatus: draft\nschema: []\n",
  );

  test("check tells what the shipped contract holds, without any service", async () => {
    const { code, stdout, stderr } = await runCli(["contract", "check"], {
      env: { USER_ACTIVITY_LOCAL_DIR: "/nowhere" },
    });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /assessments\.odcs\.yaml: in order: 2 tables, 1 summary, 37 columns, \d rules?\n$/);
  });

  test("check tells which rules it passes over, since they are of another engine", async () => {
    const text = readFileSync(projectPath("data", "assessments.odcs.yaml"), "utf8");
    const other = join(folder, "other-engine.yaml");
    writeFileSync(other, text.replace("engine: user-activity", "engine: useractivity"));
    const { code, stdout } = await runCli(["contract", "check", other]);
    assert.equal(code, 0);
    assert.match(stdout, /\npassed over, being of other engines: \w+: [\w-]+ \(engine useractivity\)\n$/);
  });

  test("check tells each problem on a line and exits with 1, also of the one that CONTRACT names", async () => {
    const { code, stdout } = await runCli(["contract", "check"], { env: { CONTRACT: wrong } });
    assert.equal(code, 1);
    assert.match(stdout, /^\S+wrong\.yaml:4: version: expected text, received 1; put it in quotes/);
    const json = await runCli(["contract", "check", wrong, "--json"]);
    const { problems } = JSON.parse(json.stdout) as { problems: { where: string }[] };
    assert.deepEqual([json.code, problems[0]?.where], [1, "version"]);
  });

  test("show prints the contract as JSON, and refuses what is none or can't be read", async () => {
    assert.deepEqual(parseResult(await runCli(["contract", "show", "--json"])), shippedContract);
    assert.match(assertFailure(await runCli(["contract", "show", wrong]), 2), /wrong\.yaml:4: version/);
    const none = assertFailure(await runCli(["contract", "show", join(folder, "none.yaml")]), 2);
    assert.match(
      none,
      /none\.yaml: expected a file that can be read, received ENOENT; name one, or set CONTRACT/,
    );
  });

  test("propose writes a draft of a data file's events that check accepts", async () => {
    const file = join(folder, "my visits.jsonl");
    writeFileSync(file, '{"data":[{"id":"a","n":1},{"id":"b"}]}\n{"data":[]}\n[]\n');
    const proposed = await runCli(["contract", "propose", file, "--events", "data[]"]);
    assert.equal(proposed.code, 0);
    assert.match(
      proposed.stdout,
      /^# Draft of what 2 events of \S+my visits\.jsonl \(beside 1 value without one\) showed/,
    );
    assert.match(proposed.stdout, /\n {2}- \{ property: source, value: \{ events: "?data\[\]"? \} \}\n/);
    const draft = join(folder, "draft.yaml");
    writeFileSync(draft, proposed.stdout);
    const checked = await runCli(["contract", "check", draft]);
    assert.match(checked.stdout, /in order: 1 table, 0 summaries, 5 columns, 0 rules\n$/);
    assert.match(proposed.stdout, /\n {6}- name: event\n[^-]*transformSourceObjects: \[ "@event" \]\n/);
  });

  test("propose says where texts hold JSON, and with --as-text drafts what is in them", async () => {
    const file = projectPath("data", "customers", "edx.jsonl");
    const around = await runCli(["contract", "propose", file]);
    assert.match(around.stdout, /contract propose --events "data\[\]" --as-text drafts what is in them\n/);
    const lost = assertFailure(await runCli(["contract", "propose", file, "--events", "data[]"]), 1);
    assert.match(lost, /or where they are with --events, --as-text where they are text that holds JSON$/);
    const proposed = await runCli(["contract", "propose", file, "--events", "data[]", "--as-text"]);
    assert.match(
      proposed.stdout,
      /^# Draft of what 47 events of \S+edx\.jsonl \(beside 1 value without one\)/,
    );
    assert.match(proposed.stdout, /value: \{ events: "data\[\]", asText: true \} \}\n/);
    const shown = await runCli(["contract", "show", projectPath("data", "customers", "edx.odcs.yaml")]);
    assert.match(shown.stdout, /\n {2}an event is data\[\], as text that holds JSON\n/);
  });

  test("propose says what it misses: a file, an event, a path", async () => {
    const file = join(folder, "none.jsonl");
    writeFileSync(file, "[1]\n");
    const none = assertFailure(await runCli(["contract", "propose", file]), 1);
    assert.match(
      none,
      /none\.jsonl: expected events, received values without one; name a file that has some/,
    );
    const path = assertFailure(await runCli(["contract", "propose", file, "--events", "a b"]), 2);
    assert.match(path, /--events: expected a path such as data\[\], received "a b"; write one/);
    assertFailure(await runCli(["contract", "propose", join(folder, "nowhere.json")]), 1);
  });

  test("diff of a contract to itself is empty, to a narrower one breaking with exit code 1", async () => {
    const shipped = projectPath("data", "assessments.odcs.yaml");
    const same = await runCli(["contract", "diff", shipped, shipped]);
    assert.deepEqual([same.code, same.stderr], [0, ""]);
    assert.match(same.stdout, /assessments\.odcs\.yaml to \S+: 0 breaking, 0 compatible\n$/);
    const narrower = join(folder, "narrower.yaml");
    writeFileSync(
      narrower,
      readFileSync(shipped, "utf8").replace("minimum: 0, maximum: 1", "minimum: 0.5, maximum: 1"),
    );
    const { code, stdout } = await runCli(["contract", "diff", shipped, narrower]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /│ breaking │ grades_ID │ correct \/ total │ narrower range │ from 0 to 1 │ from 0\.5 to 1 │/,
    );
    const back = await runCli(["contract", "diff", narrower, shipped]);
    assert.equal(back.code, 0);
    assert.match(
      back.stdout,
      /│ compatible │ grades_ID │ correct \/ total │ wider range +│ from 0\.5 to 1 │ from 0 to 1 │/,
    );
  });

  test("diff with a data file says what is refused or new, how often, with an example and its place", async () => {
    const draft = join(folder, "visits.yaml");
    const [first, later] = [join(folder, "first.jsonl"), join(folder, "later.jsonl")];
    writeFileSync(first, '{"id":"a","n":1}\n{"id":"b","n":2}\n');
    writeFileSync(draft, (await runCli(["contract", "propose", first])).stdout);
    const same = await runCli(["contract", "diff", draft, first]);
    assert.deepEqual(
      [same.code, same.stdout],
      [0, `${draft} to ${first} (2 events): 0 breaking, 0 compatible\n`],
    );
    writeFileSync(later, '{"id":"c","n":3,"new":{"x":1}}\n\n{"id":"d","n":"four"}\n[]\n');
    const { code, stdout } = await runCli(["contract", "diff", draft, later, "--json"]);
    const { changes, ...counts } = JSON.parse(stdout) as { changes: Record<string, unknown>[] };
    assert.equal(code, 1);
    assert.deepEqual(counts, {
      from: draft,
      to: later,
      breaking: 2,
      compatible: 1,
      events: 2,
      undecodable: 1,
      omitted: 0,
    });
    assert.deepEqual(
      changes.map(({ kind, path, change, events, example, place }) => [
        kind,
        path,
        change,
        events,
        example,
        place,
      ]),
      [
        ["breaking", "n", "refused by type", 1, '"four"', { record: 1, line: 3 }],
        ["breaking", "$", "refused by object", 1, "[]", { record: 2, line: 4 }],
        ["compatible", "new", "new path", 1, '{"x":1}', { record: 0, line: 1 }],
      ],
    );
    const text = await runCli(["contract", "diff", draft, later]);
    assert.match(
      text.stdout,
      /│ breaking +│ first │ n +│ refused by type: a whole number .* │ +1 │ record 1 at line 3: "four" +│/,
    );
    assert.match(text.stdout, /later\.jsonl \(2 events, 1 value without one\): 2 breaking, 1 compatible\n$/);
    assertFailure(await runCli(["contract", "diff", join(folder, "nowhere.yaml"), later]), 2);
  });
});
