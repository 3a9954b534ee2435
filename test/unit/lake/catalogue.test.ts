import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  addParts,
  type LakeContents,
  type ResourceDescriptor,
  toDataPackage,
} from "user-activity/dist/lake/catalogue";
import { describeTable, toLakeReadme } from "user-activity/dist/lake/readme";
import { describeUnit, toFooter, typeName } from "user-activity/dist/tables/column-docs";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { type Column, type ShippedName, tables } from "user-activity/dist/tables/tables";

const names = Object.keys(tables) as ShippedName[];
const part = (table: string, number: number, bytes: number) => ({
  path: `${table}/part-0000000${number}.parquet`,
  bytes,
});

const contents: LakeContents = {
  webhdfsUrl: "http://127.0.0.1:9870",
  lakeDir: "/lake",
  commit: { number: 4, committedAt: "2026-01-02T03:04:05.678Z", format: 1 },
  state: {
    topic: "events",
    offsets: { 0: "7", 1: "3" },
    counts: { consumed: 10, graded: 6, duplicates: 1, quarantined: 3 },
    rowCounts: { raw_data: 10, questions_pool_data: 20, grades_ID: 6, course_ID: 2, quarantine: 3 },
  },
  parts: {
    raw_data: [part("raw_data", 2, 100), part("raw_data", 4, 50)],
    questions_pool_data: [part("questions_pool_data", 2, 30)],
    grades_ID: [part("grades_ID", 2, 40)],
    course_ID: [part("course_ID", 0, 20)],
    quarantine: [part("quarantine", 4, 10)],
  },
};

function allColumns(columns: readonly Column[]): Column[] {
  return columns.flatMap((column) => [column, ...allColumns(fieldsOf(column.type))]);
}

describe("the catalogue", () => {
  const catalogue = toDataPackage(contents);
  const resource = (name: ShippedName) => catalogue.resources[names.indexOf(name)] as ResourceDescriptor;

  test("names every table with all its files, their bytes and its rows", () => {
    assert.deepEqual(
      catalogue.resources.map(({ name, path, bytes, rows }) => [name, path.length, bytes, rows]),
      [
        ["raw_data", 2, 150, 10],
        ["questions_pool_data", 1, 30, 20],
        ["grades_ID", 1, 40, 6],
        ["course_ID", 1, 20, 2],
        ["quarantine", 1, 10, 3],
      ],
    );
    assert.deepEqual(
      resource("raw_data").path,
      contents.parts.raw_data?.map(({ path }) => path),
    );
  });

  test("and the page in words name what was skipped", () => {
    const gaps = [{ partition: 0, from: "3", to: "4", count: 1, skippedAt: "2026-01-01T00:00:00.000Z" }];
    const lacking = { ...contents, state: { ...contents.state, gaps } };
    assert.deepEqual(toDataPackage(lacking).lineage.gaps, gaps);
    const told = "; skipped 1 offset, gone before landing (events/0: 3)";
    assert.ok(String(toDataPackage(lacking).description).includes(told));
    assert.ok(toLakeReadme(lacking).includes(told));
  });

  test("says where the rows come from", () => {
    assert.deepEqual(catalogue.lineage, {
      topic: "events",
      offsets: { 0: "7", 1: "3" },
      counts: contents.state.counts,
      gaps: [],
      commit: 4,
      commitFormat: 1,
      schemaVersion: 2,
      committedAt: "2026-01-02T03:04:05.678Z",
      version: null,
    });
    assert.equal(catalogue.created, "2026-01-02T03:04:05.678Z");
  });

  test("and the page in words name the version that the commit becomes, where it does", () => {
    const path = ".snapshot/version-00000004";
    assert.equal(toDataPackage({ ...contents, isVersion: true }).lineage.version, path);
    assert.ok(toLakeReadme({ ...contents, isVersion: true }).includes(`/lake/${path}/<table>`));
    assert.ok(!toLakeReadme(contents).includes(".snapshot"));
  });

  test("describes columns, what null means in them, and the fields of lists", () => {
    const { fields } = resource("questions_pool_data").schema;
    const field = (name: string) => fields.find((one) => one.name === name);
    assert.deepEqual(field("started_at"), {
      name: "started_at",
      type: "datetime",
      description: "Start of the attempt.",
      parquetType: "TIMESTAMP",
      unit: "UTC, to the ms",
      nullMeaning: "the event's value does not fit",
    });
    const options = field("options");
    assert.deepEqual([options?.type, options?.constraints], ["array", { required: true }]);
    assert.deepEqual(
      options?.arrayItem?.fields?.map(({ name, type }) => [name, type]),
      [
        ["id", "string"],
        ["checked", "boolean"],
        ["correct", "boolean"],
        ["submitted", "integer"],
        ["at", "datetime"],
      ],
    );
  });

  test("takes empty text for what it is, not for a missing value", () => {
    for (const { schema } of catalogue.resources) {
      assert.deepEqual(schema.missingValues, []);
    }
  });
});

describe("keys", () => {
  const { keys } = shippedModel;

  test("are columns that never hold null, and lead to the whole key of another table", () => {
    for (const name of names) {
      const { primaryKey, foreignKeys } = keys[name] ?? assert.fail(name);
      const columns = new Map(tables[name].columns.map((column) => [column.name, column]));
      for (const column of [...primaryKey, ...foreignKeys.flatMap((key) => key.columns)]) {
        assert.equal(columns.get(column)?.nullable, false, `${name}.${column}`);
      }
      for (const { table, references } of foreignKeys) assert.deepEqual(references, keys[table]?.primaryKey);
    }
  });
});

test("the files of a commit join a table's, or take the place of those with their names", () => {
  const files = [
    { table: "raw_data", ...part("raw_data", 5, 7) },
    { table: "course_ID", ...part("course_ID", 0, 99) },
    { table: "index", path: "_index/00000005", bytes: 1 },
  ];
  const parts = addParts(contents.parts, files);
  assert.deepEqual(parts.raw_data, [...(contents.parts.raw_data ?? []), part("raw_data", 5, 7)]);
  assert.deepEqual(parts.course_ID, [part("course_ID", 0, 99)]);
  assert.deepEqual(parts.quarantine, contents.parts.quarantine);
  assert.deepEqual(Object.keys(parts), names);
});

describe("the README in the lake", () => {
  const readme = toLakeReadme(contents);

  test("shows every table with its rows, files and bytes, and the sum", () => {
    assert.match(readme, /^\| raw_data \| .* \| 10 \| 2 \| 150 \|$/m);
    assert.ok(readme.includes("consumed 10 = graded 6 + duplicates 1 + quarantined 3"));
    assert.ok(readme.includes("7 in partition 0, 3 in partition 1"));
  });

  test("says of every column its type, its unit, what null means and what it holds", () => {
    for (const name of names) {
      const section = readme.slice(readme.indexOf(`\n## ${name}\n`)).split("\n## ")[1] ?? "";
      for (const column of allColumns(tables[name].columns)) {
        const shown = typeof column.type === "string" ? typeName(column) : "LIST of structs";
        const nullMeans = column.nullable ? column.nullMeans : "never null";
        const row = ` | ${shown} | ${describeUnit(column)} | ${nullMeans} | ${column.doc} |`;
        const line = section
          .split("\n")
          .find((one) => one.includes(`${column.name}\` |`) && one.endsWith(row));
        assert.ok(line, `${name}.${column.name}`);
      }
    }
  });

  test("keeps a column in its row of the table, whatever its description holds", () => {
    const column = { name: "a", type: "DATE", nullable: false, doc: "One | two,\n  three." } as const;
    const section = describeTable({ ...tables.course_ID, columns: [column] }, "/lake");
    assert.ok(section.endsWith("\n| `a` | DATE |  | never null | One \\| two, three. |"), section);
  });

  test("has commands that name the place where the lake was found", () => {
    assert.ok(readme.includes('"webhdfs://127.0.0.1:9870/lake/grades_ID"'));
    const secure = toLakeReadme({ ...contents, webhdfsUrl: "https://namenode.example" });
    assert.ok(
      secure.includes('"webhdfs://namenode.example:443/lake/grades_ID", storage_options={"use_https": True}'),
    );
    assert.ok(secure.includes('host="namenode.example", port=443, use_https=True'));
  });
});

test("says of every column that can be null what null means, and of no other", () => {
  for (const { columns } of Object.values(tables)) {
    for (const { name, nullable, nullMeans } of allColumns(columns)) {
      assert.equal(nullMeans !== undefined, nullable, name);
    }
  }
});

test("the footer of a file names its table and describes each column", () => {
  const footer = toFooter(tables.course_ID);
  assert.equal(footer["user-activity.table"], "course_ID");
  assert.equal(
    footer["user-activity.doc"],
    "One row is one course, that is one exam_name, over all its grades.",
  );
  const columns = JSON.parse(footer["user-activity.columns"] ?? "") as unknown[];
  assert.deepEqual(columns[3], {
    name: "stddev_score",
    type: "DOUBLE",
    nullable: true,
    doc: "Sample standard deviation (n - 1) of score.",
    unit: "share",
    null: "attempts = 1",
  });
});
