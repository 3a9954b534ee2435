// The contracts and the shipped tables before an outside judge: PyPI's datacontract-cli.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import type { Contract } from "user-activity/dist/contract/model";
import { readContractFile } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { runCli } from "../helpers/cli-process";
import { copyLake, eventsFile, ownConfig, ownFolder } from "../helpers/live-lake";

const judge = join(localDir, "datacontract");
const skip = existsSync(judge) ? false : `no datacontract-cli at ${judge}: set-up makes it for this test`;
const shipped = projectPath("data", "assessments.odcs.yaml");
const contracts = [
  shipped,
  ...["xapi", "edx"].map((name) => projectPath("data", "customers", `${name}.odcs.yaml`)),
];

/** Runs the judge to its end; without a terminal its output is not coloured. */
function runJudge(args: readonly string[]) {
  return spawnSync(join(judge, "bin", "datacontract"), args, {
    cwd: ownFolder(),
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "200" },
    encoding: "utf8",
  });
}

/** The standard's JSON Schema, of the version that contracts say: lint by itself passes over keys that there are not. */
function findSchema(): string {
  const lib = join(judge, "lib");
  const found = readdirSync(lib)
    .map((python) => join(lib, python, "site-packages", "datacontract", "schemas", "odcs-3.1.0.schema.json"))
    .find((path) => existsSync(path));
  return found ?? assert.fail(`no schema of ODCS 3.1.0 below ${lib}`);
}

interface Check {
  readonly result: string;
  readonly type: string;
  readonly model: string;
  readonly field: string | null;
  readonly reason: string | null;
}

/** Has a contract tested against Parquet files, given by table, some of them replaced by wrong ones. */
function testTables(
  file: string,
  tables: Readonly<Record<string, string>>,
  wrong: Readonly<Record<string, string>> = {},
) {
  const place = ownFolder();
  const database = join(place, "tables.duckdb");
  const views = spawnSync(
    join(judge, "bin", "python"),
    [projectPath("test", "python", "datacontract_views.py")],
    {
      input: JSON.stringify({ database, tables, wrong }),
      encoding: "utf8",
    },
  );
  assert.equal(views.status, 0, views.stderr);
  const contract = join(place, "contract.yaml");
  const server = `servers:\n  - { server: local, type: duckdb, database: ${database}, schema: main }\n`;
  writeFileSync(contract, `${readFileSync(file, "utf8")}\n${server}`);
  const report = join(place, "report.json");
  const run = runJudge([
    "test",
    contract,
    "--server",
    "local",
    "--output-format",
    "json",
    "--output",
    report,
  ]);
  assert.ok(existsSync(report), run.stdout + run.stderr);
  const { checks } = JSON.parse(readFileSync(report, "utf8")) as { checks: Check[] };
  const others = checks.filter(({ result }) => result !== "passed");
  return {
    status: run.status,
    passed: checks.length - others.length,
    others: others.map(({ result, type, model, field }) => `${result}: ${model}.${field}: ${type}`).sort(),
  };
}

function namesOf({ tables, summaries }: Contract): string[] {
  return [...tables, ...summaries].map(({ name }) => name);
}

/** raw_data stands in no contract, so it can't follow a relationship to it. */
const unfollowed = [
  "warning: grades_ID.null: field_relationships",
  "warning: questions_pool_data.null: field_relationships",
];

describe("datacontract-cli", { skip }, () => {
  for (const path of contracts)
    test(`lints ${path.slice(projectPath().length + 1)} by the standard's JSON Schema`, () => {
      const { status, stdout, stderr } = runJudge(["lint", path, "--json-schema", findSchema()]);
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /Data contract is valid/);
    });

  test("refuses a contract with a key that the standard has not", () => {
    const wrong = join(ownFolder(), "wrong.yaml");
    writeFileSync(wrong, readFileSync(shipped, "utf8").replace("required: true", "requird: true"));
    const { status, stdout } = runJudge(["lint", wrong, "--json-schema", findSchema()]);
    assert.equal(status, 1);
    assert.match(stdout, /requird/);
  });

  test("accepts the shipped tables as they landed, and refuses wrong ones, whatever is wrong", async () => {
    const config = ownConfig("datacontract");
    await publishFile(eventsFile, { config: config.kafka });
    await land({ config });
    const folder = await copyLake(config);
    const paths = namesOf(shippedContract).map((name) => [name, join(folder, name, "*.parquet")]);
    const tables = Object.fromEntries(paths) as Record<string, string>;
    const right = testTables(shipped, tables);
    assert.deepEqual(right, { status: 0, passed: 145, others: unfollowed });

    const wrong = testTables(shipped, tables, {
      questions_pool_data: `SELECT * REPLACE (list_transform(options, one -> struct_update(one, checked := NULL::BOOLEAN)) AS options)
        FROM files`,
      grades_ID: `SELECT * REPLACE (CAST(all_correct AS VARCHAR) AS all_correct) FROM files UNION ALL
        (SELECT * REPLACE ('nobody' AS exam_name, NULL AS base_exam_id, 1.5 AS score) FROM files LIMIT 1)`,
      course_ID: "SELECT * EXCLUDE (stddev_score) REPLACE (0 AS attempts) FROM files",
    });
    assert.equal(wrong.status, 1);
    assert.deepEqual(wrong.others, [
      "failed: course_ID.attempts: field_minimum",
      "failed: course_ID.stddev_score: field_is_present",
      "failed: course_ID.stddev_score: field_type",
      "failed: grades_ID.all_correct: field_type",
      "failed: grades_ID.base_exam_id: field_required",
      "failed: grades_ID.exam_name: field_relationships",
      "failed: grades_ID.score: field_maximum",
      "failed: grades_ID.user_exam_id: field_primary_key_unique",
      "failed: questions_pool_data.options[].checked: field_required",
      ...unfollowed,
    ]);
  });

  for (const [name, passed, others] of [
    ["xapi", 99, ["warning: statements.verb: field_invalid_values"]],
    [
      "edx",
      122,
      ["warning: answers.null: field_relationships", "warning: answers.response_type: field_invalid_values"],
    ],
  ] as const)
    test(`accepts the tables that export writes of ${name}, and warns where the contract warns`, async () => {
      const { kafka, hdfs } = ownConfig(`datacontract-${name}`);
      const file = projectPath("data", "customers", `${name}.odcs.yaml`);
      const env = { CONTRACT: file, KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir };
      const folder = join(ownFolder(), "exported");
      const names = namesOf(readContractFile(file));
      for (const args of [
        ["publish", projectPath("data", "customers", `${name}.jsonl`)],
        ["land"],
        ["export", folder, "--table", ...names],
      ]) {
        const { code, stderr } = await runCli(args, { env });
        assert.equal(code, 0, stderr);
      }
      const tables = Object.fromEntries(names.map((table) => [table, join(folder, `${table}.parquet`)]));
      assert.deepEqual(testTables(file, tables), { status: 0, passed, others });
    });
});
