import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CommittedFile,
  claimAfter,
  commitFormat,
  commitName,
  commitNumber,
  emptyState,
  type LakeState,
  nextCommit,
  parseCommit,
} from "user-activity/dist/lake/commit-file";
import { formatSum, formatWhole, isSumRight } from "user-activity/dist/lake/counts";
import { findHoles, toHoleError } from "user-activity/dist/lake/gaps";
import { checkOffsets } from "user-activity/dist/lake/offsets";

const counts = { consumed: 6, graded: 3, duplicates: 1, quarantined: 2 };
const state: LakeState = { ...emptyState("events"), offsets: { 0: "5", 1: "0" }, counts };
const file: CommittedFile = {
  table: "raw_data",
  staged: "_tmp/r/a",
  path: "raw_data/a",
  rowCount: 6,
  bytes: 9,
};

const content = { kind: "land", run: "r", holder: "r", state, swaps: [] } as const;

describe("the numbers of commits", () => {
  test("are their names, and sort as text", () => {
    assert.deepEqual([1, 12345678].map(commitName), ["00000001.json", "12345678.json"]);
    for (const number of [1, 99_999_999, 100_000_000]) assert.equal(commitNumber(commitName(number)), number);
  });

  test("are not read from other names", () => {
    for (const name of ["1.json", "00000001.json.partial", "00000001", "_00000001.json", "0000000a.json"]) {
      assert.equal(commitNumber(name), undefined, name);
    }
  });

  test("go up by one, from 1", () => {
    const first = nextCommit(undefined, { ...content, files: [file] });
    const second = nextCommit(first, { ...content, files: [] });
    assert.deepEqual([first.number, second.number, second.format], [1, 2, commitFormat]);
  });
});

describe("a claim", () => {
  test("of an empty lake has nothing in it", () => {
    const { number, kind, state, files } = claimAfter(undefined, "r", "events");
    assert.deepEqual([number, kind, files], [1, "claim", []]);
    assert.deepEqual(state, emptyState("events"));
  });

  test("changes nothing, and keeps the files whose publishing may be unfinished", () => {
    const landed = nextCommit(undefined, { ...content, run: "old", files: [file] });
    const claim = claimAfter(claimAfter(landed, "cut", "events"), "new", "events");
    assert.deepEqual([claim.number, claim.run, claim.state, claim.files], [3, "new", state, [file]]);
  });
});

describe("reading a commit", () => {
  const commit = nextCommit(undefined, { ...content, files: [file] });

  test("gives what was written", () => {
    assert.deepEqual(parseCommit(JSON.stringify(commit), "/l/_commits/1"), commit);
  });

  test("takes one of the first format, whose writer held the lake and which had no swaps", () => {
    const { holder: _, swaps: __, ...first } = commit;
    assert.deepEqual(parseCommit(JSON.stringify({ ...first, format: 1 }), "/l/_commits/1"), {
      ...commit,
      format: 1,
    });
  });

  test("refuses a newer format and says what to do", () => {
    const newer = JSON.stringify({ ...commit, format: commitFormat + 1 });
    assert.throws(() => parseCommit(newer, "/l/_commits/1"), {
      name: "ServiceError",
      message: `hdfs /l/_commits/1: expected commit format ${commitFormat} or lower, received "${commitFormat + 1}"; this lake was written by a newer version: use that one, or another LAKE_DIR`,
    });
  });

  test("refuses what is no commit, named by its path", () => {
    const { state: _, ...cut } = commit;
    for (const text of ["null", "", "{", '{"format": 1', JSON.stringify(cut), "{}", "[]", "1", '"x"']) {
      assert.throws(
        () => parseCommit(text, "/l/_commits/1"),
        /^ServiceError: hdfs \/l\/_commits\/1: expected/,
        text,
      );
    }
  });
});

describe("the topic's offsets", () => {
  const ranges = [
    { partition: 0, low: 0n, high: 9n },
    { partition: 1, low: 0n, high: 0n },
  ];
  const check = (...changed: { partition: number; low: bigint; high: bigint }[]) =>
    checkOffsets(state, "events", changed);

  test("fit where all that is committed is within them", () => {
    check(...ranges);
    check({ partition: 0, low: 5n, high: 5n }, { partition: 1, low: 0n, high: 0n });
    check(...ranges, { partition: 2, low: 0n, high: 3n });
    check({ partition: 0, low: 0n, high: 9n }); // nothing was committed of partition 1
    checkOffsets(emptyState("events"), "events", [{ partition: 0, high: 9n }]);
  });

  test("of another topic are refused", () => {
    assert.throws(() => checkOffsets(state, "others", ranges), {
      message: /^lake: expected topic "events", received "others"; a lake holds one topic: .+LAKE_DIR/,
    });
  });

  test("that end before what is committed name the gap", () => {
    assert.throws(() => check({ partition: 0, low: 0n, high: 4n }), {
      message:
        /^events\/0: committed up to offset 5, but the topic ends at 4: it was created anew; .+LAKE_DIR/,
    });
  });

  test("that begin after what is committed leave a hole, whose offsets are counted", () => {
    const holes = findHoles(state.offsets, [{ partition: 0, low: 8n }]);
    assert.deepEqual(holes, [{ partition: 0, from: "5", to: "8", count: 3 }]);
    assert.match(
      toHoleError("events", holes).message,
      /^events\/0: offsets 5 to 7 \(3 offsets\) are gone by retention or deletion and were never landed; .+--skip-gaps/,
    );
    assert.deepEqual(
      findHoles(state.offsets, [
        { partition: 0, low: 5n },
        { partition: 7, low: 9n },
      ]),
      [],
    );
  });

  test("without a partition that is committed name it", () => {
    assert.throws(() => check({ partition: 1, low: 0n, high: 0n }), {
      message: /^events\/0: committed up to offset 5, but there is no such partition; /,
    });
  });

  test("beyond 2^53 are compared exactly", () => {
    const far = { ...state, offsets: { 0: "9007199254740993" } };
    const range = { partition: 0, low: 0n, high: 9007199254740992n };
    assert.throws(() => checkOffsets(far, "events", [range]), /created anew/);
    checkOffsets(far, "events", [{ ...range, high: 9007199254740993n }]);
  });
});

describe("the sum that must hold", () => {
  test("is shown as it is", () => {
    assert.equal(formatSum(counts), "consumed 6 = graded 3 + duplicates 1 + quarantined 2");
    assert.ok(isSumRight(counts));
  });

  test("names what was skipped", () => {
    const gaps = [{ partition: 0, from: "5", to: "8", count: 3, skippedAt: "2026-01-01T00:00:00.000Z" }];
    const whole = formatWhole({ topic: "events", counts, gaps });
    assert.equal(whole, `${formatSum(counts)}; skipped 3 offsets, gone before landing (events/0: 5 to 7)`);
    assert.equal(formatWhole({ topic: "events", counts }), formatSum(counts));
    const conflicts = formatWhole({ topic: "events", counts, crossingConflicts: 1 });
    assert.equal(conflicts, `${formatSum(counts)}; 1 conflict across partitions`);
  });

  test("is shown with what it is off by where it does not hold", () => {
    const wrong = { ...counts, graded: 5 };
    assert.equal(formatSum(wrong), "consumed 6 ≠ graded 5 + duplicates 1 + quarantined 2 (off by -2)");
    assert.ok(!isSumRight(wrong));
  });
});
