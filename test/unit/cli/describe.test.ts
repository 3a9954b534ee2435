import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTableDoc } from "user-activity/dist/cli/describe";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { tables } from "user-activity/dist/tables/tables";
import { assertFailure, parseResult, runCli } from "../../helpers/cli-process";

test("a table is described by what its row is, and a line for every column and field", () => {
  const lines = formatTableDoc(tables.questions_pool_data).split("\n");
  const { columns } = tables.questions_pool_data;
  const fields = columns.flatMap(({ type }) => fieldsOf(type));
  assert.equal(lines.length, 1 + columns.length + fields.length);
  assert.match(lines[0] ?? "", /^questions_pool_data: One row is one question of one exam ID/);
  assert.ok(
    lines.includes("  options[].correct    BOOLEAN    True for a right option. (null: a wrong option)"),
  );
});

test("units are told, and null only where it may occur", () => {
  const text = formatTableDoc(tables.course_ID);
  assert.match(text, /\n {2}min_score +DOUBLE +Lowest score\. \(share, from 0 to 1\)$/m);
  assert.match(text, /\n {2}stddev_score +DOUBLE +.* \(share; null: attempts = 1\)$/m);
  assert.match(text, /\n {2}exam_name +STRING +The course's name\.$/m);
});

test("user-activity describe tells of every table without any service, or of one", async () => {
  const env = { USER_ACTIVITY_LOCAL_DIR: "/nowhere" };
  const all = await runCli(["describe"], { env });
  const texts = Object.values(tables).map((table) => formatTableDoc(table));
  assert.deepEqual([all.code, all.stdout, all.stderr], [0, `${texts.join("\n\n")}\n`, ""]);
  const one = parseResult(await runCli(["describe", "course_ID", "--json"], { env })) as unknown;
  const [{ table, columns }] = one as [{ table: string; columns: readonly { name: string }[] }];
  assert.equal(table, "course_ID");
  assert.deepEqual(
    columns.map(({ name }) => name),
    tables.course_ID.columns.map(({ name }) => name),
  );
  const wrong = assertFailure(await runCli(["describe", "grades"], { env }), 2);
  assert.match(wrong, /table: expected one of raw_data, .*grades_ID.*, received "grades"/);
});
