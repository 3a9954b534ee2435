import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { ServiceError } from "user-activity/dist/base/errors";
import { drawBars, formatProfile, profileRows } from "user-activity/dist/cli/profile-report";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { type ColumnProfile, type ProfileOptions, profileTable } from "user-activity/dist/sql/profile";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { type RowOf, type ShippedName, tables } from "user-activity/dist/tables/tables";
import { ownFolder } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";
import { edgeRows } from "../../helpers/parquet-rows";

const folder = ownFolder();
let lakes = 0;

/** The profile of a table that holds these rows, a file for each list. */
async function profileOf<N extends ShippedName>(
  table: N,
  files: readonly (readonly RowOf<N>[])[],
  options: ProfileOptions = {},
) {
  const memory = createMemoryHdfs();
  const root = `/lake-${++lakes}`;
  for (const [index, rows] of files.entries()) {
    const path = join(folder, "part.parquet");
    const file = await createParquetFile(path, tables[table]);
    await file.append(rows);
    await file.close();
    memory.put(`${root}/${table}/part-${index}.parquet`, readFileSync(path));
  }
  const lake = { hdfs: memory.hdfs, at: (path: string) => `${root}/${path}`, model: shippedModel };
  const config = readConfig({ LAKE_DIR: root });
  return profileTable(table, { config, lake, cacheRoot: join(folder, "cache"), ...options });
}

function columnOf(profile: { readonly columns: readonly ColumnProfile[] }, name: string): ColumnProfile {
  return profile.columns.find(({ column }) => column === name) ?? assert.fail(`no column ${name}`);
}

/** Grades with these scores, a third of them without a certification. */
function gradesOf(scores: readonly number[]): RowOf<"grades_ID">[] {
  const [grade = assert.fail("no grade")] = edgeRows.grades_ID;
  return scores.map((score, index) => ({
    ...grade,
    user_exam_id: `e-${index}`,
    exam_name: `Course ${index % 2}`,
    certification: index % 3 === 0 ? null : index % 3 === 1,
    started_at: Date.UTC(2018, 0, 1 + index),
    correct: index,
    score,
    offset: BigInt(index),
  }));
}

describe("a profile", () => {
  const scores = [0, 0.1, 0.2, 0.3, 0.7, 0.7, 0.9, 1, 1, 1];
  const files = [gradesOf(scores).slice(0, 4), gradesOf(scores).slice(4)];

  test("counts rows, nulls and different values over all files of a table", async () => {
    const profile = await profileOf("grades_ID", files);
    assert.deepEqual([profile.table, profile.rows], ["grades_ID", 10]);
    assert.deepEqual(
      profile.columns.map(({ column, type }) => [column, type]),
      tables.grades_ID.columns.map(({ name, type }) => [name, type]),
    );
    const facts = ({ values, nulls, distinct, isExact }: ColumnProfile) => [values, nulls, distinct, isExact];
    assert.deepEqual(facts(columnOf(profile, "certification")), [10, 4, 2, true]);
    assert.deepEqual(facts(columnOf(profile, "user_exam_id")), [10, 0, 10, true]);
    assert.deepEqual(facts(columnOf(profile, "score")), [10, 0, 7, true]);
  });

  test("has least and greatest values, and those that occur more than once, most frequent first", async () => {
    const profile = await profileOf("grades_ID", files);
    const { least, greatest, frequent } = columnOf(profile, "score");
    assert.deepEqual([least, greatest], [0, 1]);
    assert.deepEqual(frequent, [
      { value: 1, count: 3 },
      { value: 0.7, count: 2 },
    ]);
    assert.deepEqual(columnOf(profile, "user_exam_id").frequent, []);
    const started = columnOf(profile, "started_at");
    assert.deepEqual(
      [started.least, started.greatest],
      ["2018-01-01T00:00:00.000Z", "2018-01-10T00:00:00.000Z"],
    );
  });

  test("puts every value into one bin, those of whole numbers of whole width", async () => {
    const profile = await profileOf("grades_ID", files);
    const counts = (name: string) => columnOf(profile, name).histogram.map(({ count }) => count);
    assert.deepEqual(counts("score"), [1, 1, 1, 1, 0, 0, 0, 2, 0, 4]);
    assert.deepEqual(counts("correct"), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(columnOf(profile, "correct").histogram.at(-1), { from: 9, to: 9, count: 1 });
    assert.deepEqual(counts("exam_name"), []);
    assert.deepEqual(counts("certification"), []);
    const few = await profileOf("grades_ID", files, { bins: 4 });
    const bins = columnOf(few, "correct").histogram;
    assert.deepEqual(
      bins.map(({ from, count }) => [from, count]),
      [
        [0, 3],
        [3, 3],
        [6, 3],
        [9, 1],
      ],
    );
  });

  test("is of the length of lists, and of the fields of all their elements", async () => {
    const [question = assert.fail("no question")] = edgeRows.questions_pool_data;
    const option = (id: string, checked: boolean) => ({
      ...{ id, checked, correct: checked || null, submitted: null, at: null },
    });
    const rows = [
      { ...question, options: [option("a", true), option("b", false), option("b", false)] },
      { ...question, options: [] },
    ];
    const profile = await profileOf("questions_pool_data", [rows]);
    const lengths = columnOf(profile, "options");
    assert.deepEqual(
      [lengths.type, lengths.values, lengths.distinct, lengths.least, lengths.greatest],
      ["LIST", 2, 2, 0n, 3n],
    );
    const ids = columnOf(profile, "options[].id");
    assert.deepEqual(
      [ids.values, ids.nulls, ids.distinct, ids.frequent],
      [3, 0, 2, [{ value: "b", count: 2 }]],
    );
    assert.deepEqual(
      [columnOf(profile, "options[].correct").nulls, columnOf(profile, "options[].at").least],
      [2, null],
    );
  });

  test("says so where the number of different values is an estimate", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => (index % 100) / 100);
    const profile = await profileOf("grades_ID", [gradesOf(many)], { exactRows: 4999 });
    const ids = columnOf(profile, "user_exam_id");
    assert.equal(ids.isExact, false);
    assert.ok(Math.abs(ids.distinct - 5000) < 500, `${ids.distinct}`);
    const { frequent } = columnOf(profile, "exam_name");
    assert.deepEqual(frequent, [
      { value: "Course 0", count: 2500 },
      { value: "Course 1", count: 2500 },
    ]);
    assert.match(formatProfile(profile), / ≈ [\d,]+ │[\s\S]*\n≈ stands before an estimate: /);
    assert.doesNotMatch(formatProfile(await profileOf("grades_ID", files)), /≈/);
  });

  test("of a table without a row has no value, and no bin", async () => {
    for (const table of Object.keys(tables) as ShippedName[]) {
      const { rows, columns } = await profileOf(table, [[]]);
      assert.equal(rows, 0);
      for (const { column, histogram, least, frequent, distinct } of columns)
        assert.deepEqual([least, frequent, histogram, distinct], [null, [], [], 0], column);
    }
  });

  for (const table of Object.keys(tables) as ShippedName[])
    test(`of ${table} takes values at the edges of their types, each in a bin`, async () => {
      const profile = await profileOf(table, [edgeRows[table] as never]);
      for (const { column, values, nulls, histogram, type } of profile.columns) {
        const binned = histogram.reduce((sum, { count }) => sum + count, 0);
        const expected = type === "STRING" || type === "BOOLEAN" ? 0 : values - nulls;
        assert.equal(binned, expected, column);
      }
      assert.equal(formatProfile(profile, 80).includes("\0"), false);
      assert.doesNotThrow(() => profileRows(profile));
    });

  test("of what is not landed is an error that says what to do", async () => {
    const failing = profileOf("grades_ID", []);
    await assert.rejects(failing, (error: Error) => {
      assert.ok(error instanceof ServiceError);
      assert.match(error.message, /expected a landed table, received nothing; land first/);
      return true;
    });
  });
});

describe("a profile for people", () => {
  const files = [gradesOf([0.5, 0.5, 1])];

  test("has a line a column, and above them how many rows there are", async () => {
    const text = formatProfile(await profileOf("grades_ID", files));
    assert.match(text, /^grades_ID: 3 rows\n┌/);
    assert.match(text, /│ score +│ DOUBLE +│ +0 │ +2 │ █········▄ +│ 0\.5 +│ 1 +│ 0\.5 \(2\) +│/);
    assert.match(text, /│ user_exam_id +│ STRING +│ +0 │ +3 │ – +│ e-0 +│ e-2 +│ – +│/);
  });

  test("is cut where the terminal is narrower", async () => {
    const profile = await profileOf("grades_ID", [
      gradesOf([1, 1]).map((row) => ({ ...row, exam_name: "A course with a name that is long" })),
    ]);
    const widthOf = (width?: number) => [...(formatProfile(profile, width).split("\n")[1] ?? "")].length;
    assert.ok(widthOf(120) <= 120);
    assert.ok(widthOf() > 120);
    assert.match(formatProfile(profile, 120), /│ A course wi… │/);
  });

  test("draws the fullest bin as a whole block, the least one still to be seen, an empty one as a dot", () => {
    assert.equal(drawBars([{ count: 1 }, { count: 1000 }, { count: 0 }, { count: 500 }]), "▁█·▄");
    assert.equal(drawBars([]), "");
    assert.equal(drawBars([{ count: 0 }]), "·");
  });

  test("rounds fractions to six digits, and no whole number", async () => {
    const rows = gradesOf([1 / 3, 2 / 3]).map((row) => ({ ...row, correct: 1234567 }));
    const texts = profileRows(await profileOf("grades_ID", [rows]));
    const { score, correct } = Object.fromEntries(texts.map((row) => [row.column, row]));
    assert.deepEqual([score?.least, score?.greatest, correct?.least], ["0.333333", "0.666667", "1234567"]);
  });

  test("is rows for a frame, values as text", async () => {
    const rows = profileRows(await profileOf("grades_ID", files), 10);
    const { started_at, score } = Object.fromEntries(rows.map((row) => [row.column, row]));
    assert.deepEqual(score, {
      column: "score",
      type: "DOUBLE",
      nulls: 0,
      distinct: "2",
      least: "0.5",
      greatest: "1",
      frequent: "0.5 (2)",
      histogram: "█········▄",
    });
    assert.equal(started_at?.least, "2018-01-0…");
  });
});
