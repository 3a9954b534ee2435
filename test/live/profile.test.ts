import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { query } from "user-activity/dist/sql/query";
import { tables } from "user-activity/dist/tables/tables";
import { assertFailure, parseResult, runCli } from "../helpers/cli-process";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { landInSmallCommits, publishEvents } from "../helpers/small-lake";

interface Profile {
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly { readonly column: string; readonly [fact: string]: unknown }[];
}

describe("user-activity describe --profile", () => {
  const config = ownConfig("profile");
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
  before(async () => {
    await publishEvents(config, 40);
    await landInSmallCommits(config);
  });

  async function profileOf(table: string): Promise<Profile> {
    const ended = await runCli(["describe", "--profile", table, "--json"], { env });
    const [profile, ...others] = parseResult(ended) as unknown as Profile[];
    assert.deepEqual(others, []);
    assert.match(ended.stderr, /^… profiling\n✓ profiled 1 table\n$/);
    return profile ?? assert.fail("nothing");
  }

  test("counts in a lake of many files what SQL counts", async () => {
    const { table, rows, columns } = await profileOf("grades_ID");
    assert.deepEqual([table, rows], ["grades_ID", 24]);
    const course = columns.find(({ column }) => column === "exam_name");
    const sql =
      "SELECT exam_name AS value, count(*)::INT AS count FROM grades_ID GROUP BY ALL ORDER BY 2 DESC, 1";
    const counted = await query(sql, { config, cacheRoot: ownFolder() });
    assert.deepEqual(course?.frequent, counted.rows);
    const flag = columns.find(({ column }) => column === "certification");
    const [expected] = (
      await query(
        "SELECT count(*) - count(certification) AS nulls, count(DISTINCT certification) AS kinds FROM grades_ID",
        { config, cacheRoot: ownFolder() },
      )
    ).rows;
    assert.ok(Number(expected?.nulls) > 0);
    assert.deepEqual(
      [flag?.nulls, flag?.distinct, flag?.isExact],
      [Number(expected?.nulls), Number(expected?.kinds), true],
    );
  });

  test("goes into lists of structs", async () => {
    const { columns } = await profileOf("quarantine");
    const rule = columns.find(({ column }) => column === "failures[].rule");
    assert.deepEqual(
      [rule?.values, rule?.least, rule?.frequent],
      [8, "non-empty", [{ value: "non-empty", count: 8 }]],
    );
  });

  test("shows a table for each of all, without a name", async () => {
    const { code, stdout } = await runCli(["describe", "--profile"], { env });
    assert.equal(code, 0);
    const heads = [...stdout.matchAll(/^(\w+): [\d,]+ rows?$/gm)].map(([, name]) => name);
    assert.deepEqual(heads, Object.keys(tables));
    assert.match(stdout, /│ column .* │ nulls │ distinct │ histogram .* │ most frequent /);
    assert.match(stdout, /│ exam_name +│ STRING +│ +0 │ +3 │ – +│ Course 0 +│ Course 2 +│ Course 0 \(/);
  });

  test("ends with 1 where nothing is landed, and with 2 where there is no such table", async () => {
    const empty = ownConfig("profile");
    const none = await runCli(["describe", "--profile", "grades_ID"], {
      env: { LAKE_DIR: empty.hdfs.lakeDir },
    });
    assert.match(assertFailure(none, 1), /expected a landed table, received nothing; land first/);
    const wrong = await runCli(["describe", "--profile", "grades"], { env });
    assert.match(assertFailure(wrong, 2), /table: expected one of raw_data, .*, received "grades"/);
  });
});
