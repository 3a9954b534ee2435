import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
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
