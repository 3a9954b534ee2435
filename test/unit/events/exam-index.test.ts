import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ExamState, unknownExam } from "user-activity/dist/events/attempts";
import { hashExamId } from "user-activity/dist/events/decode";
import { createExamIndex, type ExamIndex } from "user-activity/dist/events/exam-index";

const graded: ExamState = {
  gradedHash: hashExamId("event"),
  gradedIn: 2,
  questionsTaken: true,
  questionsIn: 0,
  lastIn: 300,
};

test("an exam ID that was never set is a new one", () => {
  const index = createExamIndex();
  assert.deepEqual([index.get(hashExamId("a")), index.size], [unknownExam, 0]);
});

test("keeps what was set, and what was set last", () => {
  const index = createExamIndex();
  const taken = { ...unknownExam, questionsTaken: true, questionsIn: 65_534, lastIn: 65_534 };
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
  index.set(hashExamId("a"), { ...unknownExam, gradedHash: hashExamId("other") });
  assert.deepEqual(before, graded);
});

test("finds 20,000 exam IDs after growing, in 39 bytes each when packed", () => {
  const index = createExamIndex();
  for (let i = 0; i < 20_000; i++) index.set(hashExamId(`a-${i}`), stateOf(i));
  assert.equal(index.size, 20_000);
  for (let i = 0; i < 20_000; i++) assert.deepEqual(index.get(hashExamId(`a-${i}`)), stateOf(i));
  assert.equal(index.changes().length, 20_000 * 39);
});

function stateOf(i: number): ExamState {
  return {
    gradedHash: i % 3 === 0 ? null : hashExamId(`event-${i}`),
    gradedIn: i % 3 === 0 ? null : i % 7,
    questionsTaken: i % 2 === 0,
    questionsIn: i % 2 === 0 ? i % 5 : null,
    lastIn: i % 11,
  };
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
  index.set(hashExamId("a"), { ...unknownExam, questionsTaken: true });
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
  assert.throws(
    () => createExamIndex().apply(Buffer.alloc(34)),
    /expected entries of 39 bytes, received 1 bytes/,
  );
});

test("entries of a build that kept no partitions are read beside today's, and grow with them", () => {
  const old = (id: string, flags: number) =>
    Buffer.concat([hashExamId(id), flags & 1 ? hashExamId("event") : Buffer.alloc(16), Buffer.of(flags)]);
  const index = createExamIndex();
  index.set(hashExamId("b"), graded);
  const restored = createExamIndex();
  restored.apply(Buffer.concat([old("a", 3), index.changes(), old("b", 1), old("c", 2)]));
  const before = { ...unknownExam, gradedHash: hashExamId("event"), questionsTaken: true };
  assert.deepEqual(restored.get(hashExamId("a")), before);
  assert.deepEqual(restored.get(hashExamId("b")), graded);
  assert.deepEqual(restored.get(hashExamId("c")), { ...unknownExam, questionsTaken: true });
  restored.set(hashExamId("a"), { ...before, lastIn: 4 });
  const later = createExamIndex();
  later.apply(Buffer.concat([old("a", 3), restored.changes()]));
  assert.deepEqual(later.get(hashExamId("a")), { ...before, lastIn: 4 });
});

const hash = fc.option(fc.constantFrom("x", "y").map(hashExamId));
const somePartition = fc.nat(3);
const someState = fc
  .record({ gradedHash: hash, partition: somePartition, questionsTaken: fc.boolean() })
  .map(({ gradedHash, partition, questionsTaken }) => ({
    gradedHash,
    gradedIn: gradedHash && partition,
    questionsTaken,
    questionsIn: questionsTaken ? partition : null,
    lastIn: partition,
  }));
const someId = fc.constantFrom(..."abcdef");

/** What is known after both: states only grow. */
function grown(before: ExamState, more: ExamState): ExamState {
  return {
    gradedHash: before.gradedHash ?? more.gradedHash,
    gradedIn: before.gradedIn ?? more.gradedIn,
    questionsTaken: before.questionsTaken || more.questionsTaken,
    questionsIn: before.questionsIn ?? more.questionsIn,
    lastIn: Math.max(before.lastIn ?? 0, more.lastIn ?? 0),
  };
}

test("any sequence of growing states behaves like a map, and so does its copy through packed changes", () => {
  const steps = fc.array(fc.tuple(someId, someState, fc.boolean()));
  fc.assert(
    fc.property(steps, (sets) => {
      const [index, copy, map] = [createExamIndex(), createExamIndex(), new Map<string, ExamState>()];
      for (const [id, value, isMarked] of sets) {
        const state = grown(map.get(id) ?? unknownExam, value);
        index.set(hashExamId(id), state);
        map.set(id, state);
        if (isMarked) handOver(index, copy);
      }
      handOver(index, copy);
      for (const id of "abcdef") {
        assert.deepEqual(index.get(hashExamId(id)), map.get(id) ?? unknownExam);
        assert.deepEqual(copy.get(hashExamId(id)), map.get(id) ?? unknownExam);
      }
    }),
  );
});

test("packed files give the same states in any order, doubled, cut anywhere and merged into one", () => {
  const batches = fc.array(fc.array(fc.tuple(someId, someState), { maxLength: 5 }), { maxLength: 6 });
  const cases = batches.chain((files) =>
    fc.tuple(fc.constant(files), fc.shuffledSubarray([...files.keys(), ...files.keys()]), fc.nat(6)),
  );
  fc.assert(
    fc.property(cases, ([files, extra, cut]) => {
      const [index, map] = [createExamIndex(), new Map<string, ExamState>()];
      const packed = files.map((file) => {
        for (const [id, value] of file) {
          map.set(id, grown(map.get(id) ?? unknownExam, value));
          index.set(hashExamId(id), map.get(id) ?? unknownExam);
        }
        const changes = index.changes();
        index.mark();
        return changes;
      });
      const compacted = createExamIndex();
      for (const file of packed.slice(0, cut).reverse()) compacted.apply(file);
      const restored = createExamIndex();
      for (const number of extra) restored.apply(packed[number] ?? Buffer.alloc(0));
      for (const file of packed.slice(cut).reverse()) restored.apply(file);
      for (const piece of compacted.entries()) restored.apply(piece);
      assert.equal(restored.size, map.size);
      for (const [id, state] of map) assert.deepEqual(restored.get(hashExamId(id)), state);
    }),
  );
});

test("two graded hashes of one ID, which no lake has, still come to the same in either order", () => {
  const packed = ["x", "y"].map((event) => {
    const index = createExamIndex();
    index.set(hashExamId("a"), { ...graded, gradedHash: hashExamId(event), questionsTaken: event === "x" });
    return index.changes();
  });
  const [forth, back] = [createExamIndex(), createExamIndex()];
  for (const file of packed) forth.apply(file);
  for (const file of packed.reverse()) back.apply(file);
  assert.deepEqual(forth.get(hashExamId("a")), back.get(hashExamId("a")));
});

test("what is applied is no change, and all entries come in pieces", () => {
  const index = createExamIndex();
  for (let i = 0; i < 40_000; i++) index.set(hashExamId(`a-${i}`), stateOf(i));
  const restored = createExamIndex();
  restored.apply(index.changes());
  assert.equal(restored.changes().length, 0);
  const pieces = [...restored.entries()];
  assert.deepEqual(
    pieces.map((piece) => piece.length / 39),
    [16_384, 16_384, 7232],
  );
  assert.ok(Buffer.concat(pieces).equals(index.changes()));
});

test("an exam ID costs tens of bytes", () => {
  const index = createExamIndex();
  for (let i = 0; i < 100_000; i++) index.set(hashExamId(`a-${i}`), stateOf(i));
  assert.ok(index.bytes / index.size < 60, `${index.bytes / index.size} bytes`);
});

test("a full index says so, and keeps what it has", () => {
  const index = createExamIndex({ limit: 2 });
  index.set(hashExamId("a"), graded);
  index.set(hashExamId("b"), graded);
  assert.throws(() => index.set(hashExamId("c"), graded), /at most 2 exam IDs .* LAKE_DIR/);
  index.set(hashExamId("a"), graded);
  assert.deepEqual([index.size, index.get(hashExamId("b"))], [2, graded]);
});

function handOver(from: ExamIndex, to: ExamIndex): void {
  to.apply(from.changes());
  from.mark();
}
