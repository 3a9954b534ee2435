import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { type Commit, commitName } from "user-activity/dist/lake/commit-file";
import { listParts, openLake, readLastCommit, resetLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { readParquet } from "user-activity/dist/parquet/read";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { publishFile } from "user-activity/dist/publish/publish";
import { compareLakes } from "user-activity/dist/sql/against";
import type { FailureRow } from "user-activity/dist/tables/rows";
import { type RowOf, type ShippedName, tables } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { runCli } from "../helpers/cli-process";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";

const config = ownConfig("verify");
const lake = openLake(config.hdfs);
const folder = ownFolder();

/** An event of its own course in each of the first two, so that a course can be missed. */
const event = (number: number) => ({
  ...anEvent(),
  user_exam_id: `a-${number}`,
  exam_name: `Course ${number % 2}`,
});

async function publish(records: readonly unknown[]): Promise<void> {
  const file = join(folder, "records.json");
  writeFileSync(file, JSON.stringify(records));
  await publishFile(file, { config: config.kafka });
}

/** Two commits: graded, doubled and refused events in each, and bytes that are no text in the first. */
before(async () => {
  await ensureTopic(config.kafka, { partitions: 1 });
  await send(config.kafka, [{ key: "x", value: Buffer.from([0x7b, 0xff]), partition: 0 }]);
  await publish([event(0), event(1), event(0), { ...withoutCounts(), user_exam_id: "b-1" }]);
  await land({ config });
  await publish([event(2), event(3), event(3), { ...withoutCounts(), user_exam_id: "b-2" }]);
  await land({ config });
});

async function partsOf(table: ShippedName): Promise<string[]> {
  return (await listParts(lake, table)).map(({ path }) => path);
}

async function upload<N extends ShippedName>(
  path: string,
  table: N,
  rows: readonly RowOf<N>[],
): Promise<void> {
  const local = join(folder, "part.parquet");
  const file = await createParquetFile(local, tables[table]);
  await file.append(rows);
  await file.close();
  await lake.hdfs.write(path, { file: local });
}

/** Changes the rows of a table's first part, verifies, and puts the part back as it was. */
async function withRows<N extends ShippedName>(
  table: N,
  change: (rows: RowOf<N>[]) => readonly RowOf<N>[],
): Promise<Record<string, string>> {
  const path = (await partsOf(table))[0] ?? "";
  const original = await lake.hdfs.read(path);
  await upload(path, table, change(await readParquet(original, tables[table])));
  try {
    return await readDifferences();
  } finally {
    await lake.hdfs.write(path, original);
  }
}

/** What verifying finds, by table; a table without a difference is left out. */
async function readDifferences(): Promise<Record<string, string>> {
  const { ok, checks } = await verify({ config });
  assert.deepEqual((await verify({ config, threads: 1 })).checks, checks, "likewise in a thread beside");
  const found = checks.filter((check) => check.difference !== "");
  assert.deepEqual(
    found,
    checks.filter((check) => !check.ok),
  );
  assert.equal(ok, found.length === 0);
  return Object.fromEntries(found.map(({ table, difference }) => [table, difference]));
}

function changeFirst<T>(rows: readonly T[], change: Partial<T>): T[] {
  return rows.map((row, index) => (index === 0 ? { ...row, ...change } : row));
}

test("finds no difference in what was landed", async () => {
  assert.deepEqual(await readDifferences(), {});
  assert.equal((await partsOf("grades_ID")).length, 2);
});

describe("tells which table differs, and one place as an example", () => {
  test("a changed grade", async () => {
    assert.deepEqual(await withRows("grades_ID", (rows) => changeFirst(rows, { score: 0.75 })), {
      grades_ID:
        "as many rows, but other values; for example 0@1: score: expected 0.5, received 0.75 (part-00000002.parquet)",
    });
  });

  test("a grade that is missing", async () => {
    assert.deepEqual(await withRows("grades_ID", (rows) => rows.slice(1)), {
      grades_ID: "expected 4 rows, received 3; for example 0@1: expected 1 rows, received 0",
    });
  });

  test("a file too many", async () => {
    const path = (await partsOf("grades_ID"))[1] ?? "";
    const copy = path.replace("part-", "part-copy-of-");
    await lake.hdfs.write(copy, await lake.hdfs.read(path));
    const differences = await readDifferences();
    await lake.hdfs.remove(copy);
    assert.deepEqual(differences, {
      grades_ID: `expected 4 rows, received 6; for example 0@5: expected 1 rows, received 2 (part-00000004.parquet, part-copy-of-00000004.parquet)`,
    });
  });

  test("a changed answer, within its list", async () => {
    const differences = await withRows("questions_pool_data", ([first, ...rest]) => {
      assert.ok(first);
      return [{ ...first, options: changeFirst(first.options, { checked: false }) }, ...rest];
    });
    assert.deepEqual(Object.keys(differences), ["questions_pool_data"]);
    assert.match(
      differences.questions_pool_data ?? "",
      /for example 0@1: options: expected \[.*"checked":true.*\], received \[.*"checked":false/,
    );
  });

  test("a changed reason in quarantine", async () => {
    const differences = await withRows("quarantine", (rows) =>
      changeFirst(rows, { failures: [{ path: "$", rule: "r", expected: "e", received: "x" }] }),
    );
    assert.deepEqual(Object.keys(differences), ["quarantine"]);
    assert.match(
      differences.quarantine ?? "",
      /^as many rows, .+ 0@0: failures: expected \[.+ \(part-00000002/,
    );
  });

  test("bytes missing from quarantine, which raw_data can't hold", async () => {
    const differences = await withRows("quarantine", (rows) => rows.slice(1));
    assert.match(
      differences.quarantine ?? "",
      /expected 3 rows, received 2; for example 0@0: expected 1 rows/,
    );
  });

  test("a changed average", async () => {
    assert.deepEqual(await withRows("course_ID", (rows) => changeFirst(rows, { average_score: 0.6 })), {
      course_ID:
        'as many rows, but other values; for example "Course 0": average_score: expected 0.5, received 0.6',
    });
  });

  test("a changed maximum", async () => {
    const differences = await withRows("course_ID", (rows) => changeFirst(rows, { max_score: 0.5000000001 }));
    assert.match(
      differences.course_ID ?? "",
      /"Course 0": max_score: expected 0\.5, received 0\.5000000001$/,
    );
  });

  test("a course that stands twice in place of another", async () => {
    const differences = await withRows("course_ID", ([first]) => (first ? [first, first] : []));
    assert.deepEqual(differences, {
      course_ID: 'as many rows, but other values; for example "Course 0": expected no such row, or not twice',
    });
  });

  test("a course that is missing", async () => {
    assert.deepEqual(await withRows("course_ID", (rows) => rows.slice(1)), {
      course_ID: 'expected 2 rows, received 1; for example "Course 0": expected a row, received none',
    });
  });
});

describe("raw_data that is not what was consumed", () => {
  test("is told by the offsets where a file is missing", async () => {
    const path = (await partsOf("raw_data"))[0] ?? "";
    const original = await lake.hdfs.read(path);
    await lake.hdfs.remove(path);
    const differences = await readDifferences();
    await lake.hdfs.write(path, original);
    const { topic } = config.kafka;
    assert.equal(
      differences.raw_data,
      `expected 9 rows, received 4; first missing: ${topic}/0, offsets 0 to 4`,
    );
    assert.equal(differences.grades_ID, "expected 2 rows, received 4");
  });

  test("is told where its last rows are missing", async () => {
    const path = (await partsOf("raw_data"))[1] ?? "";
    const original = await lake.hdfs.read(path);
    await upload(path, "raw_data", (await readParquet(original, tables.raw_data)).slice(0, 3));
    const { raw_data } = await readDifferences();
    await lake.hdfs.write(path, original);
    assert.match(raw_data ?? "", /^expected 9 rows, received 8; first missing: \S+\/0, offsets 8 to 8$/);
  });

  test("is told by the first message that stands twice", async () => {
    const differences = await withRows("raw_data", (rows) =>
      rows.map((row, index) => rows[index === 3 ? 2 : index] ?? row),
    );
    assert.match(differences.raw_data ?? "", /^test-verify-\S+\/0@2 stands twice or out of order$/);
  });

  test("is told by the sums where a message's value is another one", async () => {
    const differences = await withRows("raw_data", (rows) => rows.map((row) => ({ ...row, value: "{}" })));
    assert.match(differences.raw_data ?? "", /^the last commit says: consumed 9 = graded 4 \+ duplicates 2/);
    assert.ok(differences.grades_ID && differences.course_ID);
  });
});

test("names the file that is no Parquet", async () => {
  for (const table of Object.keys(tables) as ShippedName[]) {
    const path = (await partsOf(table))[0] ?? "";
    const original = await lake.hdfs.read(path);
    await lake.hdfs.write(path, Buffer.from("not Parquet at all"));
    for (const threads of [0, 1, 2])
      await assert.rejects(verify({ config, threads }), (error: Error) => {
        assert.equal(error.name, "ServiceError");
        assert.ok(
          error.message.startsWith(`hdfs ${path}: expected a part of ${table}, received `),
          error.message,
        );
        return true;
      });
    await lake.hdfs.write(path, original);
  }
});

test("names the file that is of another table", async () => {
  const path = (await partsOf("grades_ID"))[0] ?? "";
  const original = await lake.hdfs.read(path);
  await lake.hdfs.write(path, await lake.hdfs.read((await partsOf("raw_data"))[0] ?? ""));
  await assert.rejects(
    verify({ config }),
    /grades_ID\/part-\S+: expected a part of grades_ID, received .+ columns/,
  );
  await lake.hdfs.write(path, original);
});

describe("what is landed while it is verified", () => {
  after(async () => assert.deepEqual(await readDifferences(), {}));

  test("is no difference: it asks to be run again", async () => {
    const path = (await partsOf("grades_ID"))[0] ?? "";
    const original = await lake.hdfs.read(path);
    await lake.hdfs.remove(path);
    const onProgress = async (table: string) => {
      if (table !== "raw_data") return;
      const last = (await readLastCommit(lake)) as Commit;
      const next = { ...last, number: last.number + 1 };
      await lake.hdfs.write(
        lake.at(`_commits/${commitName(next.number)}`),
        Buffer.from(JSON.stringify(next)),
      );
    };
    await assert.rejects(
      verify({ config, onProgress }),
      /expected commit \d+ to stay the last.+verify again/,
    );
    await lake.hdfs.write(path, original);
  });
});

describe("a lake against another one of the same topic", () => {
  const other: Config = { ...config, hdfs: { ...config.hdfs, lakeDir: `${config.hdfs.lakeDir}-other` } };
  const there = openLake(other.hdfs);
  before(async () => {
    await land({ config: other });
  });
  after(() => resetLake(there));

  const compare = () => compareLakes({ config, against: `${other.hdfs.lakeDir}/` });

  /** Puts other rows in the place of a table's only part over there, compares, and puts the part back as it was. */
  async function withRowsThere<N extends ShippedName>(
    table: N,
    change: (rows: RowOf<N>[]) => readonly RowOf<N>[],
  ) {
    const [part] = await listParts(there, table);
    const path = part?.path ?? "";
    const original = await there.hdfs.read(path);
    await upload(path, table, change(await readParquet(original, tables[table])));
    const { ok, tables: all } = await compare();
    await there.hdfs.write(path, original);
    const [found, ...more] = all.filter((one) => !one.ok);
    assert.deepEqual([ok, found?.table, more], [false, table, []]);
    const { onlyHere, onlyThere, differing, doubled, differences } = found ?? assert.fail();
    return { counts: [onlyHere, onlyThere, differing, doubled], differences };
  }

  test("is equal, however both are cut into files and in whatever order the rows stand", async () => {
    const { ok, here, there: directory, tables: all } = await compare();
    assert.ok(ok);
    assert.deepEqual([here, directory], [config.hdfs.lakeDir, other.hdfs.lakeDir]);
    assert.deepEqual(
      all.map((one) => [one.table, one.here, one.there]),
      [
        ["raw_data", 9, 9],
        ["questions_pool_data", all[1]?.there, all[1]?.here],
        ["grades_ID", 4, 4],
        ["course_ID", 2, 2],
        ["quarantine", 3, 3],
      ],
    );
    assert.equal((await listParts(there, "grades_ID")).length, 1);
  });

  test("tells a changed value, with both", async () => {
    assert.deepEqual(await withRowsThere("grades_ID", (rows) => changeFirst(rows, { score: 0.5000000001 })), {
      counts: [0, 0, 1, 0],
      differences: ["user_exam_id a-0: score is 0.5 here, 0.5000000001 there"],
    });
  });

  test("tells rows of one lake alone, and keys that stand twice", async () => {
    assert.deepEqual(await withRowsThere("grades_ID", (rows) => rows.slice(1)), {
      counts: [1, 0, 0, 0],
      differences: ["user_exam_id a-0: only here"],
    });
    const doubled = await withRowsThere("raw_data", ([first, ...rest]) => {
      assert.ok(first);
      return [first, first, { ...first, offset: 99n }, ...rest];
    });
    assert.deepEqual(doubled, {
      counts: [0, 1, 0, 1],
      differences: ["partition 0, offset 99: only there", "partition 0, offset 0: stands 2 times there"],
    });
  });

  test("takes sums in another order for the same, and no others", async () => {
    const near = (rows: RowOf<"course_ID">[], by: number) =>
      changeFirst(rows, { average_score: (rows[0]?.average_score ?? 0) + by });
    const [part] = await listParts(there, "course_ID");
    const original = await there.hdfs.read(part?.path ?? "");
    await upload(part?.path ?? "", "course_ID", near(await readParquet(original, tables.course_ID), 1e-14));
    assert.ok((await compare()).ok);
    await there.hdfs.write(part?.path ?? "", original);
    const { differences } = await withRowsThere("course_ID", (rows) => near(rows, 1e-11));
    assert.match(
      differences[0] ?? "",
      /^exam_name Course \d: average_score is 0\.5 here, 0\.50000000001 there$/,
    );
  });

  test("compares quarantine by what was refused where for which rule, whatever the words", async () => {
    const change = (failure: Partial<FailureRow>) => (rows: RowOf<"quarantine">[]) =>
      changeFirst(rows, { failures: changeFirst(rows[0]?.failures ?? [], failure) });
    const { counts, differences } = await withRowsThere("quarantine", change({ rule: "other" }));
    assert.deepEqual(counts, [1, 1, 0, 0]);
    assert.match(differences.join("\n"), /^partition 0, offset 0, table events, path \$, rule \w/);
    const [part] = await listParts(there, "quarantine");
    const original = await there.hdfs.read(part?.path ?? "");
    const rows = change({ expected: "something else" })(await readParquet(original, tables.quarantine));
    await upload(part?.path ?? "", "quarantine", rows);
    assert.ok((await compare()).ok);
    await there.hdfs.write(part?.path ?? "", original);
  });

  test("is refused where there is none", async () => {
    await assert.rejects(
      compareLakes({ config, against: "/none" }),
      /\/none\/raw_data: expected a landed table, received nothing/,
    );
  });

  test("ends the command with exit code 1 where they differ", async () => {
    const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
    const run = (directory: string) => runCli(["verify", "--against", directory], { env });
    assert.equal((await run(other.hdfs.lakeDir)).code, 0);
    const [part] = await listParts(there, "grades_ID");
    const original = await there.hdfs.read(part?.path ?? "");
    await upload(part?.path ?? "", "grades_ID", (await readParquet(original, tables.grades_ID)).slice(1));
    const { code, stdout, stderr } = await run(other.hdfs.lakeDir);
    await there.hdfs.write(part?.path ?? "", original);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /grades_ID +│ +4 │ +3 │ +1 │ +0 │ +0 │ differs[\s\S]+grades_ID: user_exam_id a-0: only here/,
    );
    assert.match(stderr, /expected the rows of .+-other, received differences in grades_ID/);
  });
});
