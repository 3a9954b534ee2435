import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UsageError } from "user-activity/dist/base/errors";
import { toQuestionRows } from "user-activity/dist/events/questions";
import { fromFrame, toFrame } from "user-activity/dist/show/frames";
import { showQuestion } from "user-activity/dist/show/question";
import { anEvent } from "../../helpers/an-event";
import { fakeKernel, printed } from "../../helpers/fake-kernel";
import { parseMarkup } from "../../helpers/parse-markup";

const row = {
  exam_name: "R & <b>S</b>",
  question_id: "q-1",
  user_result: "incorrect",
  options: [
    { id: "a", checked: true, correct: null, submitted: 1, at: 1516717399082 },
    { id: "b", checked: false, correct: true, submitted: null, at: null },
    { id: "c", checked: false, correct: null, submitted: null, at: null },
  ],
};
const rows = [
  ["☑", "a", "✗ wrong"],
  ["☐", "b", "✓ right"],
  ["☐", "c", "✗ wrong"],
];

describe("in the kernel", () => {
  const kernel = fakeKernel();

  test("a question is shown with its options, ticked or not, right or wrong, and its result", () => {
    showQuestion(row, { caption: "Table 3. A question" });
    const data = kernel.messages[0]?.data ?? {};
    const { all } = parseMarkup(`${data["text/html"]}`);
    const texts = (selector: string) => all(selector).map((one) => one.textContent);
    assert.deepEqual(
      all("tbody tr").map((line) => [...line.children].map((cell) => cell.textContent)),
      rows,
    );
    assert.deepEqual(texts("th"), ["ticked", "option", "would be"]);
    assert.deepEqual(texts("caption"), ["Table 3. A question"]);
    assert.deepEqual(texts("p"), ["R & <b>S</b>, question q-1: incorrect"]);
  });

  test("a row of a frame, whose options are text, is shown as one of the table", () => {
    showQuestion(row);
    showQuestion(fromFrame(toFrame([row]))[0] ?? {});
    assert.deepEqual(kernel.messages[1]?.data, kernel.messages[0]?.data);
  });

  test("so is a row as an event's questions become rows", () => {
    const made = toQuestionRows(anEvent(), { partition: 0, offset: 0n });
    assert.ok(made.kind === "rows" && made.rows[0]);
    showQuestion(made.rows[0]);
    assert.match(
      `${kernel.messages[0]?.data["text/plain"]}`,
      /^☑ o-1 ✓ right\nReading Tea Leaves, question q-1: correct$/,
    );
  });
});

describe("outside a kernel", () => {
  test("a question is printed as text", () => {
    assert.equal(
      printed(() => showQuestion(row)),
      "☑ a ✗ wrong\n☐ b ✓ right\n☐ c ✗ wrong\nR & <b>S</b>, question q-1: incorrect\n",
    );
  });

  test("a row that names nothing but its options is shown too", () => {
    assert.equal(
      printed(() => showQuestion({ options: [] }, { caption: "None" })),
      "None\n",
    );
  });

  test("a row without its options is refused, with what to do", () => {
    for (const bad of [
      { question_id: "q-1" },
      { question_id: "q-1", options: "[{" },
      { options: [{ id: 1 }] },
    ]) {
      assert.throws(() => showQuestion(bad), UsageError);
    }
    assert.throws(
      () => showQuestion({ question_id: "q-1", exam_name: "R" }),
      /^UsageError: question: expected a row with its options, received question_id, exam_name; select the column "options"/,
    );
  });
});
