import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ExamState, newExam } from "user-activity/dist/deliveries";
import { hashExamId } from "user-activity/dist/events";
import { createExamIndex, type ExamIndex } from "user-activity/dist/exam-index";

const graded: ExamState = { gradedHash: hashExamId("event"), questionsTaken: true };

test("an exam ID that was never set is a new one", () => {
  const index = createExamIndex();
  assert.deepEqual([index.get(hashExamId("a")), index.size], [newExam, 0]);
});

test("keeps what was set, and what was set last", () => {
  const index = createExamIndex();
  const taken = { gradedHash: null, questionsTaken: true };
  index.set(hashExamId("a"), taken);
  index.set(hashExamId("b"), graded);
  assert.deepEqual([index.get(hashExamId("a")), index.get(hashExamId("b"))], [taken, graded]);
  index.set(hashExamId("a"), graded);
  assert.deepEqual([index.get(hashExamId("a")), index.size], [graded, 2]);
});

test("a state that was read stays as it was read", () => {
  const index = createExamIndex();
  index.set(hashExamId("a"), graded);
  const before = index.get(hashExamId("a"));
  index.set(hashExamId("a"), { gradedHash: hashExamId("other"), questionsTaken: false });
  assert.deepEqual(before, graded);
});

test("finds 20,000 exam IDs after growing, in 33 bytes each when packed", () => {
  const index = createExamIndex();
  for (let i = 0; i < 20_000; i++) index.set(hashExamId(`a-${i}`), stateOf(i));
  assert.equal(index.size, 20_000);
  for (let i = 0; i < 20_000; i++) assert.deepEqual(index.get(hashExamId(`a-${i}`)), stateOf(i));
  assert.equal(index.changes().length, 20_000 * 33);
});

function stateOf(i: number): ExamState {
  return { gradedHash: i % 3 === 0 ? null : hashExamId(`event-${i}`), questionsTaken: i % 2 === 0 };
}

test("IDs whose hashes begin alike are kept apart", () => {
  const index = createExamIndex();
  const ids = Array.from({ length: 3000 }, (_, i) => Buffer.from(`same${String(i).padStart(12, "0")}`));
  ids.forEach((id, i) => {
    index.set(id, stateOf(i));
  });
  ids.forEach((id, i) => {
    assert.deepEqual(index.get(id), stateOf(i));
  });
});

test("changes hold what was set since the last mark, an older ID that was set again included", () => {
  const index = createExamIndex();
  index.set(hashExamId("a"), { gradedHash: null, questionsTaken: true });
  index.set(hashExamId("b"), graded);
  index.mark();
  assert.equal(index.changes().length, 0);
  index.set(hashExamId("a"), graded);
  index.set(hashExamId("c"), graded);
  const later = createExamIndex();
  later.apply(index.changes());
  assert.deepEqual([later.size, later.get(hashExamId("a")), later.get(hashExamId("c"))], [2, graded, graded]);
});

test("packed entries that were cut are refused", () => {
  assert.throws(() => createExamIndex().apply(Buffer.alloc(34)), /expected entries of 33 bytes, received 34/);
});

test("any sequence of sets behaves like a map, and so does its copy through packed changes", () => {
  const hash = fc.option(fc.constantFrom("x", "y").map(hashExamId));
  const state = fc.record({ gradedHash: hash, questionsTaken: fc.boolean() }, { noNullPrototype: true });
  const steps = fc.array(fc.tuple(fc.constantFrom(..."abcdef"), state, fc.boolean()));
  fc.assert(
    fc.property(steps, (sets) => {
      const [index, copy, map] = [createExamIndex(), createExamIndex(), new Map<string, ExamState>()];
      for (const [id, value, isMarked] of sets) {
        index.set(hashExamId(id), value);
        map.set(id, value);
        if (isMarked) handOver(index, copy);
      }
      handOver(index, copy);
      for (const id of "abcdef") {
        assert.deepEqual(index.get(hashExamId(id)), map.get(id) ?? newExam);
        assert.deepEqual(copy.get(hashExamId(id)), map.get(id) ?? newExam);
      }
    }),
  );
});

function handOver(from: ExamIndex, to: ExamIndex): void {
  to.apply(from.changes());
  from.mark();
}
