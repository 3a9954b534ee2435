import assert from "node:assert/strict";
import { test } from "node:test";
import {
  csvLines,
  formatFiles,
  formatRows,
  jsonLines,
  takeRows,
  toJsonText,
} from "user-activity/dist/sql/output";
import type { SqlStream, SqlValue } from "user-activity/dist/sql/values";

type Row = readonly SqlValue[];

function toStream(
  columns: Readonly<Record<string, string>>,
  ...chunks: readonly (readonly Row[])[]
): SqlStream {
  const batches = (async function* () {
    yield* chunks;
  })();
  return { columns: Object.entries(columns).map(([name, type]) => ({ name, type })), batches };
}

async function join(lines: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const line of lines) text += line;
  return text;
}

async function draw(stream: SqlStream, limit = 40, width?: number): Promise<string> {
  return formatRows(await takeRows(stream, limit), width);
}

test("a table has types under the names, numbers to the right and nulls in sight", async () => {
  const stream = toStream({ name: "VARCHAR", n: "BIGINT" }, [
    ["a", 10n],
    [null, null],
  ]);
  assert.equal(
    await draw(stream),
    [
      "┌─────────┬────────┐",
      "│ name    │      n │",
      "│ VARCHAR │ BIGINT │",
      "├─────────┼────────┤",
      "│ a       │     10 │",
      "│ null    │   null │",
      "└─────────┴────────┘",
      "2 rows",
    ].join("\n"),
  );
});

test("a table shows the first rows and counts them all", async () => {
  const rows = Array.from({ length: 1500 }, (_, index) => [index]);
  const text = await draw(toStream({ i: "INTEGER" }, rows, rows), 2);
  assert.match(text, /│ {7}0 │\n│ {7}1 │\n└─+┘\n3,000 rows, the first 2 shown$/);
  assert.match(await draw(toStream({ i: "INTEGER" }, [[1]])), /\n1 row$/);
  assert.match(await draw(toStream({ i: "INTEGER" })), /│ INTEGER │\n└─+┘\n0 rows$/);
  assert.match(await draw(toStream({ i: "INTEGER" }, [[1]]), 0), /\n1 row, the first 0 shown$/);
});

test("a table cuts long text between letters, never a number", async () => {
  const long = "😀".repeat(100);
  const big = 10n ** 70n;
  const text = await draw(toStream({ t: "VARCHAR", n: "HUGEINT" }, [[long, big]]));
  assert.ok(text.includes(`${"😀".repeat(59)}… │`));
  assert.ok(text.includes(`${big}`));
});

test("a table writes out what a terminal would carry out", async () => {
  const text = await draw(toStream({ "a\nb": "VARCHAR" }, [["x\u001b[31m\r\n\t\u007f\u009b"]]));
  assert.ok(text.includes("a\\nb"));
  assert.ok(text.includes("x\\u001b[31m\\r\\n\\t\ufffd\ufffd"));
});

test("a table that is too wide cuts its text further, then leaves out columns in the middle", async () => {
  const columns = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`c${index}`, "VARCHAR"]));
  const row = Object.keys(columns).map((name) => name.repeat(15));
  const wide = await draw(toStream(columns, [row]), 40, 300);
  assert.ok(wide.includes("c8c8c8"));
  assert.doesNotMatch(wide, /shown/);
  const narrow = await draw(toStream(columns, [row]), 40, 100);
  assert.match(narrow, /│ c0 .*│ c1 .*│ c2 .*│ … │ c7 .*│ c8 /);
  assert.match(narrow, /\n1 row; 5 of 9 columns shown: name those you want to see$/);
  for (const line of narrow.split("\n")) assert.ok([...line].length <= 100);
  const two = await draw(
    toStream({ a: "VARCHAR", b: "VARCHAR" }, [["x".repeat(50), "y".repeat(50)]]),
    40,
    30,
  );
  assert.doesNotMatch(two, /shown/);
});

test("a plan stays as it is drawn", async () => {
  const stream = toStream({ explain_key: "VARCHAR", explain_value: "VARCHAR" }, [
    ["physical_plan", "┌─┐\n└─┘\n"],
  ]);
  assert.equal(await draw(stream), "┌─┐\n└─┘");
});

test("JSON is one array, a row a line, with names as keys", async () => {
  const stream = toStream({ a: "INTEGER", b: "VARCHAR" }, [[1, "x"]], [[2, null]]);
  assert.equal(await join(jsonLines(stream)), '[\n{"a":1,"b":"x"},\n{"a":2,"b":null}\n]\n');
  assert.equal(await join(jsonLines(toStream({ a: "INTEGER" }))), "[]\n");
});

test("JSON keeps whole numbers exact, as text where a reader would round them", () => {
  assert.equal(
    toJsonText([2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n)]),
    '[9007199254740991,"9007199254740992","-9223372036854775808"]',
  );
  assert.equal(toJsonText({ a: Number.NaN, b: [Number.NEGATIVE_INFINITY] }), '{"a":"NaN","b":["-Infinity"]}');
});

test("CSV quotes what needs it, and tells null from empty text", async () => {
  const columns = { a: "VARCHAR", "b,c": "VARCHAR", d: "BOOLEAN", e: "BIGINT" };
  const rows: Row[] = [
    ["plain text", 'say "so"', true, 2n ** 60n],
    ["two\nlines", "carriage\rreturn", false, -1n],
    ["", null, null, null],
    ["Größe 数学 🎓", " spaces ", null, 0n],
  ];
  assert.equal(
    await join(csvLines(toStream(columns, rows))),
    [
      'a,"b,c",d,e',
      'plain text,"say ""so""",true,1152921504606846976',
      '"two\nlines","carriage\rreturn",false,-1',
      '"",,,',
      "Größe 数学 🎓, spaces ,,0",
      "",
    ].join("\r\n"),
  );
});

test("CSV has nested values as JSON, and its names even without rows", async () => {
  const options = [{ id: 'a"b', at: null, n: 1n }];
  assert.equal(
    await join(csvLines(toStream({ options: "STRUCT(id VARCHAR)[]" }, [[options], [[]]]))),
    'options\r\n"[{""id"":""a\\""b"",""at"":null,""n"":1}]"\r\n[]\r\n',
  );
  assert.equal(await join(csvLines(toStream({ a: "INTEGER" }))), "a\r\n");
});

test("files are listed with their rows, bytes and paths", () => {
  const text = formatFiles([{ table: "grades_ID", rows: 3237, bytes: 145_704, path: "out/grades_ID.csv" }]);
  assert.match(text, /│ grades_ID │ 3,237 │ 145,704 │ out\/grades_ID.csv │/);
});
