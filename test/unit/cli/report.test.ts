import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { formatCount, formatMegabytes, formatSeconds } from "user-activity/dist/base/text";
import { formatDiff } from "user-activity/dist/cli/diff";
import { formatLake, formatStatus, formatTopic, formatVerify } from "user-activity/dist/cli/report";
import { formatVersions } from "user-activity/dist/cli/versions";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { fingerprintContract } from "user-activity/dist/events/fingerprint";
import type { LakeStatus, TopicStatus } from "user-activity/dist/landing/status";

const lake: LakeStatus = {
  lakeDir: "/l",
  topic: "events",
  contract: { id: "assessments", version: "1.0.0", fingerprint: fingerprintContract(shippedContract) },
  warnings: {},
  unknown: {},
  later: 0,
  datasets: [{ table: "raw_data", rows: 1234, files: 2, bytes: 56_789, path: "/l/raw_data" }],
  counts: { consumed: 1234, graded: 1230, duplicates: 3, quarantined: 1 },
  gaps: [],
  crossingConflicts: 0,
  isSettled: true,
  sumHolds: true,
  commit: 4,
  committedAt: "2026-01-01T00:00:00.000Z",
  versions: {
    count: 12,
    heldBytes: 1_200_000,
    oldest: 3,
    newest: 16,
    path: "/l/.snapshot/version-00000016",
    pinned: 1,
  },
};
const topic: TopicStatus = {
  topic: "events",
  partitions: [
    {
      partition: 0,
      low: "0",
      readable: "1500",
      highWatermark: "1500",
      waiting: 0,
      committed: "300",
      lag: 1200,
    },
    { partition: 1, low: "0", readable: "0", highWatermark: "0", waiting: 0, committed: null, lag: 0 },
  ],
  waiting: [],
};
const services = {
  kafka: { state: "running", brokers: "a:1" },
  hdfs: { state: "running", webhdfsUrl: "http://b:2" },
} as const;

/** The cells of each line, without the lines that draw the table. */
function cells(text: string): string[][] {
  const rows = text.split("\n").filter((line) => line.startsWith("│"));
  return rows.map((line) =>
    line
      .split("│")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("numbers have commas, seconds and megabytes one decimal", () => {
  assert.deepEqual(
    [formatCount(9_310_000), formatSeconds(2449), formatMegabytes(9_310_000)],
    ["9,310,000", "2.4 s", "9.3 MB"],
  );
});

test("the landed datasets are a table with the sum below", () => {
  assert.deepEqual(cells(formatLake(lake)), [
    ["dataset", "rows", "files", "bytes", "HDFS path"],
    ["raw_data", "1,234", "2", "56,789", "/l/raw_data"],
  ]);
  assert.match(formatLake(lake), /\nconsumed 1234 = graded 1230 \+ duplicates 3 \+ quarantined 1$/);
});

test("the topic is a line a partition, with a dash where nothing is landed", () => {
  assert.deepEqual(cells(formatTopic(topic)).slice(1), [
    ["events/0", "0", "1500", "300", "1,200"],
    ["events/1", "0", "0", "–", "0"],
  ]);
});

test("no report has colour", () => {
  assert.ok(!(formatLake(lake) + formatTopic(topic)).includes("\u001b"));
});

describe("the status", () => {
  const config = readConfig({ KAFKA_TOPIC: "events", LAKE_DIR: "/l" });
  const lines = (status: Parameters<typeof formatStatus>[0]) =>
    formatStatus(status, config)
      .split("\n")
      .filter((line) => /^[a-z]/.test(line));

  test("shows topic and lake where they are", () => {
    assert.deepEqual(lines({ services, topic, lake, problem: null }), [
      "consumed 1234 = graded 1230 + duplicates 3 + quarantined 1",
      "versions: 12 (3 to 16, 1 pinned), the newest at /l/.snapshot/version-00000016; they hold 1.2 MB that the tables do not",
    ]);
  });

  test("says that there are no versions, and where to learn why", () => {
    const none = { count: 0, heldBytes: 0, oldest: null, newest: null, path: null, pinned: 0 };
    assert.equal(
      lines({ services, topic, lake: { ...lake, versions: none }, problem: null }).at(-1),
      'versions: none; "npx user-activity doctor" says whether they can be made',
    );
  });

  test("says what is not there yet and how it comes to be", () => {
    assert.deepEqual(lines({ services, topic: null, lake: null, problem: null }), [
      'topic: there is no "events" yet; publish a file into it with "npx user-activity publish FILE"',
      'lake: nothing is landed in /l yet; land with "npx user-activity land"',
    ]);
  });

  test("says which service is stopped", () => {
    const kafka = { state: "stopped", brokers: "a:1" } as const;
    const [line] = lines({ services: { ...services, kafka }, topic: null, lake, problem: null });
    assert.equal(line, 'topic: Kafka is stopped; "npx user-activity services start" starts it');
  });

  test("says why landing would fail", () => {
    assert.equal(lines({ services, topic, lake, problem: "the gap" }).at(-1), "landing would fail: the gap");
  });
});

test("what verifying finds stands below its table", () => {
  const text = formatVerify({
    ok: false,
    isSchemaOther: false,
    checks: [
      { table: "raw_data", expected: 1234, received: 1234, ok: true, difference: "" },
      { table: "grades_ID", expected: 1230, received: 1229, ok: false, difference: "one is missing" },
    ],
    counts: lake.counts,
    topic: "events",
    gaps: [],
    crossingConflicts: 2,
    isSettled: true,
  });
  assert.deepEqual(cells(text).slice(1), [
    ["raw_data", "1,234", "1,234", "equal"],
    ["grades_ID", "1,230", "1,229", "differs"],
  ]);
  assert.match(text, /\ngrades_ID: one is missing\nconsumed 1234 = .+; 2 conflicts across partitions$/);
});

test("versions are a line each, with what they changed, and what they hold below", () => {
  const rowCounts = { raw_data: 1200, questions_pool_data: 0, grades_ID: 0, course_ID: 0, quarantine: 0 };
  const one = { version: 42, committedAt: "2026-01-02T03:04:05.678Z", kind: "land", rowCounts } as const;
  const text = formatVersions({
    lakeDir: "/l",
    versions: [
      {
        ...one,
        path: "/l/.snapshot/version-00000042",
        changed: { raw_data: 12, grades_ID: -1, quarantine: 0 },
        files: { grades_ID: { before: 40, after: 2 }, raw_data: { before: 1, after: 2 } },
        pins: ["report", "audit"],
      },
    ],
    count: 3,
    pins: [],
    heldBytes: 2_500_000,
  });
  assert.deepEqual(cells(text).slice(1), [
    [
      "42",
      "2026-01-02T03:04:05Z",
      "land",
      "1,200",
      "raw_data +12, grades_ID -1, grades_ID 40 files to 2",
      "report, audit",
    ],
  ]);
  assert.ok(
    text.endsWith(
      "\nthe newest is at /l/.snapshot/version-00000042; they hold 2.5 MB that the tables do not; 2 older ones are not listed",
    ),
  );
});

test("a difference of versions is a line a table, and below it one a row", () => {
  const text = formatDiff({
    from: 41,
    to: 42,
    tables: [
      {
        table: "course_ID",
        came: 1,
        went: 0,
        changed: 2,
        files: { same: 0, before: 1, after: 1 },
        rows: [
          { change: "came", key: { exam_name: "A" }, before: null, after: { exam_name: "A", attempts: 1 } },
          { change: "changed", key: { exam_name: "B" }, before: { attempts: 1 }, after: { attempts: 2 } },
        ],
      },
    ],
  });
  assert.deepEqual(cells(text).slice(1), [["course_ID", "1", "0", "2", "2", "0"]]);
  assert.deepEqual(text.split("\n").slice(-3), [
    "course_ID: exam_name A came",
    "course_ID: exam_name B changed: attempts 1 to 2",
    "course_ID: and 1 more",
  ]);
});
