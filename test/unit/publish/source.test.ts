import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ServiceError } from "user-activity/dist/base/errors";
import { inspectSource, parseRecords, readRecords } from "user-activity/dist/publish/source";

const directory = mkdtempSync(join(tmpdir(), "source-"));
after(() => rmSync(directory, { recursive: true }));

/** Cuts bytes into chunks of `size`. */
function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
}

async function parse(
  content: string | Buffer,
  size = 65536,
): Promise<{ texts: string[]; values: unknown[] }> {
  const texts: string[] = [];
  const values: unknown[] = [];
  for await (const record of parseRecords(cut(Buffer.from(content), size), "x.json")) {
    assert.equal(record.index, texts.length);
    texts.push(record.bytes.toString());
    values.push(record.value);
  }
  return { texts, values };
}

test("each record knows the line that it begins in, however the chunks are cut", async () => {
  const files = [
    ['\ufeff\n{"a":1}\r\n\n {"b":2}\n3', [2, 4, 5]],
    ['\n\n [1,\n{"a":\n1},\n\n"x\\n" , [\n]\n,4]\n', [3, 4, 7, 7, 9]],
    ["[]", []],
  ] as const;
  for (const [text, expected] of files) {
    for (const size of [1, 2, 3, 7, 65536]) {
      const lines: number[] = [];
      for await (const { line } of parseRecords(cut(Buffer.from(text), size), "x.json")) lines.push(line);
      assert.deepEqual(lines, expected, `${JSON.stringify(text)} in chunks of ${size}`);
    }
  }
});

/** The error's message is the same wherever the chunks are cut. */
async function refuses(content: string | Buffer, expected: RegExp): Promise<void> {
  const messages = new Set<string>();
  for (const size of [1, 2, 3, 5, 65536]) {
    await assert.rejects(parse(content, size), (error: Error) => {
      assert.ok(error instanceof ServiceError);
      assert.match(error.message, expected);
      messages.add(error.message);
      return true;
    });
  }
  assert.equal(messages.size, 1, [...messages].join("\n"));
}

function save(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const tricky = [
  { a: 1, "b]": ["[", "{", '"', "\\", '\\"]', "é", "😀", "\u2028", "\n"] },
  [],
  {},
  "",
  '\\"',
  -1.5e3,
  true,
  null,
  [[[]], { "": {} }],
];

describe("an array", () => {
  test("gives each element's own bytes, pretty-printed or not, wherever chunks are cut", async () => {
    for (const indent of [undefined, 1, "\t"]) {
      const content = `\r\n ${JSON.stringify(tricky, null, indent)} \n`;
      for (let size = 1; size < content.length; size += size < 20 ? 1 : 17) {
        const { texts, values } = await parse(content, size);
        assert.deepEqual(values, tricky);
        assert.ok(texts.every((text) => content.includes(text) && text === text.trim()));
      }
    }
  });

  test("keeps spelling: numbers, escapes, key order and inner whitespace stay as they are", async () => {
    const elements = ['{ "b" : 1.0 ,\n "a":1e2 }', '"\\u00e9\\/"', "12345678901234567890", "0.10"];
    assert.deepEqual((await parse(`[${elements.join(" ,\r\n")}]`)).texts, elements);
  });

  test("may be empty", async () => {
    assert.deepEqual((await parse("[]")).texts, []);
    assert.deepEqual((await parse("\uFEFF [ \n ] ", 1)).texts, []);
  });

  test("is refused when it is cut", async () => {
    await refuses("[", /end of the file after 0 records; is the file complete/);
    await refuses('[{"a":1}', /expected "]", received the end of the file after 1 records/);
    await refuses('[{"a":1},', /after 1 records/);
    await refuses('[{"a":1},\n{"b":"c', /inside record 1, which starts at byte 10/);
    await refuses("[1,2", /inside record 1, which starts at byte 3/);
  });

  test("is refused when a comma is missing, doubled or left over", async () => {
    await refuses('[{"a":1}\n{"a":2}]', /after 1 records, at byte 9: expected "," or "]", received "{"/);
    await refuses("[1 2]", /at byte 3: expected "," or "]", received "2"/);
    await refuses('["a""b"]', /received "\\""/);
    await refuses('[1"b"]', /received "\\""/);
    await refuses("[1[2]]", /received "\["/);
    await refuses("[1,,2]", /expected a value, received ","/);
    await refuses("[1,]", /expected a value, received "]"/);
    await refuses("[,1]", /expected a value or "]", received ","/);
    await refuses("[}]", /expected a value or "]", received "}"/);
  });

  test("is refused when something follows it", async () => {
    await refuses("[1]\nx", /at byte 4: expected nothing after the array's "]", received "x"/);
    await refuses("[1][2]", /one array, or one value a line/);
    await refuses("[1]]", /received "]"/);
  });

  test("is refused when an element is not JSON, naming its index and its byte", async () => {
    await refuses('[1, {"a": x}]', /x\.json: record 1 at byte 4: expected JSON, received "\{\\"a\\": x\}"/);
    await refuses("[truefalse]", /record 0 at byte 1/);
    await refuses('[{"a":1]}]', /record 0/);
    await refuses("[1}]", /"," or "]", received "}"/);
    await refuses('["a\nb"]', /record 0/);
    await refuses("[\u00a01]", /record 0/);
  });
});

describe("JSON lines", () => {
  test("give each line's value, whatever its type, with or without a last line break", async () => {
    const lines = tricky.filter((value) => !Array.isArray(value)).map((value) => JSON.stringify(value));
    for (const end of ["", "\n", "\r\n\r\n"]) {
      const content = Buffer.from(lines.join("\n") + end);
      for (let size = 1; size < 20; size++) {
        assert.deepEqual((await parse(content, size)).texts, lines);
      }
    }
  });

  test("may have CRLF line ends, blank lines and whitespace around", async () => {
    const { texts } = await parse('\uFEFF\r\n  {"a":1}\t\r\n\r\n\t[2]  \r\n"x"\r\n', 1);
    assert.deepEqual(texts, ['{"a":1}', "[2]", '"x"']);
  });

  test("are refused when the last one is cut", async () => {
    await refuses('{"a":1}\n{"a":', /record 1 at line 2: .* at the end of the file .*complete\?/);
  });

  test("are refused when a line is not JSON, naming the line", async () => {
    await refuses('{"a":1}\n\n{"a":2} {"a":3}\n', /record 1 at line 3: expected JSON/);
    await refuses('{\n "a": 1\n}\n', /record 0 at line 1: .*one array, or one value a line/);
    await refuses("name,score\nx,1\n", /record 0 at line 1: expected JSON, received "name,score"/);
    await refuses('1\n\uFEFF{"a":1}\n', /line 2/);
  });
});

test("an error shows at most 80 characters of the data", async () => {
  const content = `[{"a": ${"x".repeat(5000)}}]`;
  await refuses(content, /received "\{\\"a\\": x{74}"\.\.\. \(/);
  await assert.rejects(parse(content), (error: Error) => error.message.length < 320);
});

test("a compressed file is named, with the command that publishes what it holds", async () => {
  await refuses(gzipSync("{}\n"), /received gzip; gunzip -c x\.json \| npx user-activity publish -$/);
  await refuses(Buffer.from("28b52ffd0458", "hex"), /received zstd; zstd -dc x\.json/);
});

test("a line of a document over several lines is told from other text", async () => {
  const advice = /a file is one array, or one value a line: jq -c \. x\.json \| npx user-activity publish -$/;
  await refuses(JSON.stringify({ user_exam_id: "a", sequences: {} }, null, 2), advice);
  await refuses('{"a":1},\n{"a":2}\n', advice);
  await refuses("x{\n", /a file is one array, or one value a line$/);
});

test("what is not UTF-8 is refused", async () => {
  await refuses(Buffer.from("\uFEFF[1]", "utf16le"), /expected UTF-8, received UTF-16/);
  await refuses(Buffer.from([0xfe, 0xff, 0, 0x5b, 0, 0x5d]), /UTF-16/);
  await refuses(Buffer.from('["é"]', "utf16le"), /UTF-16/);
  await refuses(Buffer.from('["é"]', "latin1"), /record 0 at byte 1: expected UTF-8/);
  await refuses(Buffer.from('"a"\n"\xed\xa0\x80"\n', "latin1"), /record 1 at line 2: expected UTF-8/);
});

test("an empty file is refused", async () => {
  for (const content of ["", " \r\n\n", "\uFEFF"]) await refuses(content, /received an empty file/);
  await refuses(Buffer.alloc(0), /received an empty file/);
});

test("a record above 64 MiB is taken for a missing quote", async () => {
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const endless = (function* () {
    yield Buffer.from('["abc');
    for (let count = 0; count < 1000; count++) yield chunk;
  })();
  const records = parseRecords(endless, "x.json");
  await assert.rejects(records.next(), /expected records below 64 MiB/);
});

test("parses what JSON.parse parses, as an array and as lines", async () => {
  const json = fc.jsonValue({ stringUnit: "binary" });
  const layout = fc.record({ indent: fc.integer({ min: 0, max: 3 }), size: fc.integer({ min: 1, max: 40 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(json), layout, async (list, { indent, size }) => {
      const content = JSON.stringify(list, null, indent);
      assert.deepEqual((await parse(content, size)).values, JSON.parse(content));
      const objects = list.map((value) => JSON.stringify({ value }));
      if (objects.length === 0) return;
      assert.deepEqual((await parse(objects.join("\n"), size)).texts, objects);
    }),
    { numRuns: 150 },
  );
});

test("refuses what JSON.parse refuses", async () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    '"',
    "\\",
    "1",
    "-",
    "null",
    '"a"',
    " ",
    "\n",
    "x",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (pieces, size) => {
        const content = `[${pieces.join("")}`;
        const isValid = await parse(content, size).then(
          () => true,
          () => false,
        );
        assert.equal(isValid, isJson(content), content);
      },
    ),
    { numRuns: 1000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("a file", () => {
  test("is summed up before it is used: digest, records, bytes, longest record", async () => {
    const content = Buffer.from('\uFEFF[1, "éé", 3]\n');
    assert.deepEqual(await inspectSource(save("small.json", content)), {
      sha256: createHash("sha256").update(content).digest("hex"),
      recordCount: 3,
      bytes: content.length,
      largest: { index: 1, bytes: 6 },
    });
    assert.equal((await inspectSource(save("none.json", "[]"))).recordCount, 0);
  });

  test("whose one record holds a list of records is refused, with the command that publishes these", async () => {
    const event = { user_exam_id: "a" };
    for (const [content, where, filter] of [
      [{ data: [event, event] }, "a list of 2 under data[]", ".data[]"],
      [{ page: 1, body: { attempts: [event] } }, "a list of 1 under body.attempts[]", ".body.attempts[]"],
      [{ result: [{ id: 1 }, { id: 2 }] }, "a list of 2 under result[]", ".result[]"],
      [[{ data: [event] }], "a list of 1 under data[]", ".[].data[]"],
      [[[event]], "a list of 1 under []", ".[].[]"],
    ] as const) {
      const path = save("it's one.json", Buffer.from(JSON.stringify(content)));
      const words = `expected records, received a single one that holds ${where}; jq -c '${filter}' '${path.replace("'", "'\\''")}' | npx user-activity publish -`;
      await assert.rejects(inspectSource(path), { message: `${path}: ${words}` });
    }
    await assert.rejects(inspectSource(save("one.json", Buffer.from('{"data":[{}]}')), "stdin"), {
      message: /^stdin: .*; jq -c '\.data\[\]' \| npx user-activity publish -$/,
    });
  });

  test("of one event, of several records or of one that holds anything else is taken", async () => {
    const event = { user_exam_id: "a", data: [{ a: 1 }] };
    for (const content of [
      event,
      { data: [1] },
      { more: [{ a: 1 }] },
      { data: [] },
      [event, { data: [event] }],
    ])
      assert.equal(
        (await inspectSource(save("taken.json", Buffer.from(JSON.stringify(content))))).hint,
        undefined,
      );
  });

  test("tells what may be wrong with its first record", async () => {
    const content = '{"payload":{"user_exam_id":"a"}}\n{"payload":{"user_exam_id":"b"}}\n';
    const { hint, recordCount } = await inspectSource(save("wrapped.json", Buffer.from(content)));
    assert.equal(recordCount, 2);
    assert.match(hint ?? "", /^the record stands one level deeper, under payload:/);
  });

  test("longer than a chunk gives the same records", async () => {
    const list = Array.from({ length: 3000 }, (_, id) => ({ id, text: "é".repeat(id % 400) }));
    const values: unknown[] = [];
    let bytes = 0;
    const onBytes = (chunk: Buffer) => {
      bytes += chunk.length;
    };
    const content = JSON.stringify(list, null, 1);
    for await (const record of readRecords(save("long.json", content), { onBytes }))
      values.push(record.value);
    assert.deepEqual(values, list);
    assert.equal(bytes, Buffer.byteLength(content));
  });

  test("that is missing or a directory is refused, by the name that was typed", async () => {
    await assert.rejects(inspectSource("no/such.json"), {
      name: "ServiceError",
      message: "no/such.json: expected a readable file, received no such file; check the path",
    });
    await assert.rejects(inspectSource(directory), /expected a file, received a directory/);
  });
});
