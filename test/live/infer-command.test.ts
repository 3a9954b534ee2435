import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readContractFile } from "user-activity/dist/contract/read";
import { inferSchema } from "user-activity/dist/events/infer";
import { publishFile } from "user-activity/dist/publish/publish";
import { assertFailure, parseResult, runCli } from "../helpers/cli-process";
import { eventsFile, ownConfig } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";

test("infer tells every path of the topic's events and counts what is no event", async () => {
  const { kafka } = ownConfig("infer");
  await publishFile(eventsFile, { config: kafka });
  await send(kafka, [{ value: "[1]" }, { value: null }]);
  const env = { KAFKA_TOPIC: kafka.topic };
  const schema = parseResult(await runCli(["infer", "--json"], { env }));
  const { topic, messageCount, undecodableCount, eventCount } = schema;
  assert.deepEqual([topic, messageCount, undecodableCount, eventCount], [kafka.topic, 3282, 2, 3280]);
  const paths = (schema.fields as { path: string }[]).map(({ path }) => path);
  const records = JSON.parse(readFileSync(eventsFile, "utf8"));
  assert.deepEqual(
    paths.sort(),
    inferSchema(records)
      .fields.map(({ path }) => path)
      .sort(),
  );

  const { code, stdout } = await runCli(["infer"], { env });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /│ certification +│ string 3,148, null 132 +│ boolean as text 3,148 +│ +100 % │ +132 │ "false" +│/,
  );
  assert.match(stdout, /│ sequences\.counts +│ object 3,275 +│ +│ +99\.8 % │/);
  assert.match(stdout, /│ sequences\.questions\[\] +│ object 14,717 +│ +│ +× 4\.5 │/);
  assert.match(stdout, /\n3,282 messages of topic \S+: 3,280 events, 2 no JSON object, 34 paths\n$/);
});

test("infer says that the topic is missing", async () => {
  const { kafka } = ownConfig("infer-none");
  const line = assertFailure(await runCli(["infer"], { env: { KAFKA_TOPIC: kafka.topic } }), 1);
  assert.match(line, /expected topic "\S+", received no such topic; publish a file into it with/);
});

test("contract propose drafts a contract of the topic that contract diff finds nothing new against, until something comes", async () => {
  const { kafka } = ownConfig("propose");
  const env = { KAFKA_TOPIC: kafka.topic };
  const folder = mkdtempSync(join(tmpdir(), "propose-"));
  try {
    await publishFile(eventsFile, { config: kafka });
    const proposed = await runCli(["contract", "propose"], { env });
    assert.equal(proposed.code, 0, proposed.stderr);
    assert.match(proposed.stdout, /^# Draft of what 3,280 events of topic \S+ showed/);
    const draft = join(folder, "draft.yaml");
    writeFileSync(draft, proposed.stdout);
    const { tables } = readContractFile(draft);
    assert.deepEqual(
      tables.map(({ row }) => row),
      ["$", "sequences.questions[]", "sequences.questions[].options[]"],
    );
    const same = await runCli(["contract", "diff", draft], { env });
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /to topic \S+ \(3,280 events\): 0 breaking, 0 compatible\n$/);

    await send(kafka, [{ value: '{"user_exam_id":7,"room":"north"}' }, { value: null }]);
    const { code, stdout } = await runCli(["contract", "diff", draft, "--json"], { env });
    const { changes, events, undecodable } = JSON.parse(stdout) as ContractDiffResult;
    assert.deepEqual([code, events, undecodable], [1, 3281, 1]);
    const room = changes.find(({ path }) => path === "room");
    assert.deepEqual(
      [room?.kind, room?.change, room?.events, room?.example],
      ["compatible", "new path", 1, '"north"'],
    );
    assert.deepEqual(Object.keys(room?.place ?? {}), ["partition", "offset"]);
    const id = changes.find(({ path, change }) => path === "user_exam_id" && change === "refused by type");
    assert.deepEqual([id?.kind, id?.events, id?.example], ["breaking", 1, "7"]);

    await send(kafka, [{ value: '\0\0\0\0\u0001{"user_exam_id":"behind a frame"}' }]);
    const framed = await runCli(["contract", "propose", "--registry-frame"], { env });
    assert.match(framed.stdout, /^# Draft of what 3,282 events of topic \S+ \(beside 1 value without one\)/);
    assert.match(framed.stdout, /value: \{ events: \$, registryFrame: true \} \}\n/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

interface ContractDiffResult {
  readonly events: number;
  readonly undecodable: number;
  readonly changes: readonly {
    readonly kind: string;
    readonly path: string;
    readonly change: string;
    readonly events: number;
    readonly example: string | null;
    readonly place: object | null;
  }[];
}
