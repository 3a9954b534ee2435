import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeEvent } from "user-activity/dist/events/decode";
import { enforceGrade } from "user-activity/dist/events/grades";
import { toFrame } from "user-activity/dist/show/frames";
import { showRefused, showTree } from "user-activity/dist/show/tree";
import { buildTree, type TreeNode } from "user-activity/dist/show/tree-lines";
import { anEvent } from "../../helpers/an-event";
import { fakeKernel, printed } from "../../helpers/fake-kernel";
import { parseMarkup } from "../../helpers/parse-markup";

const failureAt = (path: string, rule = "type") => ({ path, rule, expected: "a number", received: '"one"' });

describe("a tree", () => {
  const event = { id: "a", counts: { total: "one" }, questions: [{ options: [{ at: 1 }, {}] }, {}] };
  const open = (node: TreeNode): string[] =>
    node.isOpen ? [node.key ?? "$", ...node.children.flatMap(open)] : [];

  test("has its first level open, or as many as are asked for", () => {
    assert.deepEqual(open(buildTree(event, [], 1)), ["$"]);
    assert.deepEqual(open(buildTree(event, [], 2)), ["$", "id", "counts", "questions"]);
    assert.deepEqual(open(buildTree(event, [], 0)), []);
  });

  test("is open down to every failure, and nowhere else", () => {
    const failures = [failureAt("counts.total"), failureAt("questions[0].options[1].at", "required")];
    const tree = buildTree(event, failures, 0);
    assert.deepEqual(open(tree), ["$", "counts", "questions", "[0]", "options", "[1]"]);
    assert.equal(tree.failuresBelow, 2);
  });

  test("has a place for what is absent, below the nearest that there is", () => {
    const [, counts] = buildTree(event, [failureAt("counts.a.b")], 0).children;
    assert.deepEqual(
      counts?.children.map(({ key, words }) => [key, words]),
      [
        ["total", '"one"'],
        ["a.b", "nothing"],
      ],
    );
    const tree = buildTree({}, [failureAt("name")], 0);
    assert.deepEqual(
      tree.children.map(({ key, failures }) => [key, failures.length]),
      [["name", 1]],
    );
  });

  test("does not take a key that begins like another one for what is in it", () => {
    const tree = buildTree({ count: 1, counts: 2 }, [failureAt("counts")], 0);
    assert.deepEqual(
      tree.children.map(({ failures }) => failures.length),
      [0, 1],
    );
  });

  test("has a failure of the event itself at its root, also where it is no object", () => {
    assert.equal(buildTree("{oh", [failureAt("$", "json")], 1).failures.length, 1);
    assert.equal(buildTree(event, [failureAt("$", "object")], 1).failures.length, 1);
  });

  test("says how much there is beyond what it shows, and shows every failure all the same", () => {
    const long = Array.from({ length: 5000 }, (_, place) => ({ place }));
    const { children } = buildTree({ long }, [failureAt("long[4321].place")], 1).children[0] as TreeNode;
    assert.equal(children.at(-1)?.words, `… ${5000 - (children.length - 1)} more`);
    assert.ok(children.length < 2100);
    const place = children.find(({ key }) => key === "[4321]");
    assert.equal(place?.children[0]?.failures.length, 1);
  });

  test("is made of a value that is nested deeply", () => {
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`);
    assert.equal(buildTree(deep, [], 1).words, "[1 element]");
  });
});

describe("in the kernel", () => {
  const kernel = fakeKernel();
  const shown = () => `${kernel.messages[0]?.data["text/html"]}`;
  const texts = (selector: string) =>
    parseMarkup(shown())
      .all(selector)
      .map((one) => one.textContent);

  test("an event folds and unfolds without a script", () => {
    showTree({ id: "a", counts: { total: 4 }, list: [], none: null }, { caption: "Event 1" });
    assert.deepEqual(texts("p"), ["Event 1"]);
    assert.deepEqual(texts("summary"), ["{4 fields}", "counts: {1 field}"]);
    assert.deepEqual(texts("details[open] > summary"), ["{4 fields}"]);
    assert.deepEqual(texts("details > ul > li > ul, details details li"), ["total: 4"]);
    assert.match(shown(), /list<\/b>: \[0 elements\]/);
    assert.doesNotMatch(shown(), /<script/);
  });

  test("each failure that enforcing gives stands at its place, with its rule, in words and not by colour alone", () => {
    const { started_at: _, ...event } = anEvent({ counts: { correct: 2, total: "4" } });
    const outcome = enforceGrade(event);
    assert.ok(!outcome.ok);
    showTree(event, {
      failures: outcome.failures,
      from: { partition: 1, offset: 42n, file: "events.json", record: 17 },
    });
    const marks = texts("li > span, summary > span");
    assert.equal(marks.length, outcome.failures.length);
    for (const [place, { rule, expected, received }] of outcome.failures.entries())
      assert.ok(marks.includes(`✗ ${rule}: expected ${expected}, received ${received}`), `${place}`);
    assert.match(texts("p")[0] ?? "", /^partition 1, offset 42; from events.json, record 17; \d failures$/);
  });

  test("markup in keys, values, rules and captions is shown, not obeyed", () => {
    const markup = "<img src=x>";
    const failures = [{ path: markup, rule: markup, expected: markup, received: markup }];
    showTree({ [markup]: markup }, { caption: markup, failures });
    assert.equal(parseMarkup(shown()).all("img").length, 0);
    assert.equal(
      texts("li")[0],
      `"${markup}": "${markup}" ✗ ${markup}: expected ${markup}, received ${markup}`,
    );
  });

  test("long text is cut, and what can't be seen is written", () => {
    showTree({ long: "x".repeat(300), back: "a\u202eb", "\u200b": 1 });
    assert.deepEqual(texts("li"), [`long: "${"x".repeat(198)}…`, 'back: "a\\u202eb"', '"\\u200b": 1']);
  });

  test("a row of quarantine is shown as the event with its failures, as text where it is none", () => {
    const event = { exam_name: 3 };
    const failures = [failureAt("exam_name")];
    const row = { partition: 2, offset: 7n, table: "grades_ID", failures, value: JSON.stringify(event) };
    showRefused(row);
    assert.deepEqual(texts("p"), ["Refused by grades_ID", "partition 2, offset 7; 1 failure"]);
    const headers = [
      { key: "file_name", value: "more.json", value_base64: null },
      { key: "record_line", value: "12", value_base64: null },
    ];
    kernel.messages.length = 0;
    showRefused({ ...row, headers });
    assert.equal(texts("p")[1], "partition 2, offset 7; from more.json, line 12; 1 failure");
    assert.deepEqual(texts("li"), ['exam_name: 3 ✗ type: expected a number, received "one"']);
    kernel.messages.length = 0;
    const { failures: reasons } = decodeEvent(Buffer.from("{oh")) as {
      failures: readonly (typeof failures)[0][];
    };
    showRefused({ ...row, table: "events", failures: reasons, value: "{oh" });
    assert.match(shown(), /"\{oh" <span[^>]*><b>✗ json<\/b>: expected text that parses as JSON/);
  });

  test("so is one of a frame, which holds its failures as text", () => {
    const frame = toFrame([{ failures: [failureAt("a")] }]);
    const [[failures]] = frame.values as [[string]];
    showRefused({ partition: 0, offset: 1, failures, value: '{"a":true}' });
    assert.deepEqual(texts("li"), ['a: true ✗ type: expected a number, received "one"']);
  });

  test("a refused tombstone is shown", () => {
    showRefused({ partition: 0, offset: 1, failures: [failureAt("$", "tombstone")], value: null });
    assert.match(shown(), /null <span/);
  });
});

test("outside a kernel a tree is printed as it is folded", () => {
  const text = printed(() =>
    showTree({ a: { b: 1 }, c: [2] }, { caption: "One", failures: [failureAt("c[0]")] }),
  );
  assert.equal(
    text,
    [
      ...["One", "1 failure", "{2 fields}", "  a: {1 field}", "  c: [1 element]"],
      '    [0]: 2 ✗ type: expected a number, received "one"\n',
    ].join("\n"),
  );
});
