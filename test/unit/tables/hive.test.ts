import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { toHiveTable } from "user-activity/dist/tables/hive";
import { tables } from "user-activity/dist/tables/tables";

const page = readFileSync(projectPath("docs", "reading.md"), "utf8");

test("the page on reading shows the statements for Hive that the tables' definitions give", () => {
  const shown = [...page.matchAll(/^```sql\n(.*?)^```/gms)].map((match) => match[1]);
  const expected = Object.values(tables).map(
    (table) => `${toHiveTable(table, `hdfs://127.0.0.1:8020/user-activity/${table.name}`)}\n`,
  );
  assert.deepEqual(shown, expected);
});

test("quotes what Hive would take for the end of a comment", () => {
  const column = { name: "a", type: "STRING", nullable: false, doc: "The event's; a \\ too." } as const;
  const statement = toHiveTable({ ...tables.course_ID, columns: [column] }, "hdfs://h/a");
  assert.match(statement, / {2}`a` STRING COMMENT 'The event\\'s\\; a \\\\ too\.'\n/);
});
