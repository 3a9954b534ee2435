import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KafkaConfig } from "user-activity/dist/base/config";
import { consumeAs } from "user-activity/dist/kafka/consume";
import { readGroupOffsets, removeGroup } from "user-activity/dist/kafka/groups";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { partitionOf } from "user-activity/dist/kafka/partitions";
import { publishEvents } from "user-activity/dist/publish/publish-events";
import { readAll, readEnds, send, useTopics } from "../helpers/live-topics";

const topics = useTopics("groups");

/** A topic of two partitions with ten messages each. */
async function createFilled(): Promise<{ config: KafkaConfig; group: string }> {
  const config = await topics.create(2);
  await send(
    config,
    [...Array(20).keys()].map((number) => ({ value: `${number}`, partition: number % 2 })),
  );
  return { config, group: `${config.topic}-group` };
}

/** What one run of a group's member is given, as partition/offset. */
async function readAs(
  config: KafkaConfig,
  group: string,
  to?: ReadonlyMap<number, bigint>,
): Promise<string[]> {
  const places: string[] = [];
  const take = ({ partition, messages }: MessageBatch) => {
    for (const { offset } of messages) places.push(`${partition}/${offset}`);
  };
  await consumeAs(config, group, take, { to });
  return places.sort();
}

describe("a member of a consumer group", () => {
  test("goes on where the group has stopped, and gives every message once", async () => {
    const { config, group } = await createFilled();
    const half = new Map([
      [0, 4n],
      [1, 7n],
    ]);
    const first = await readAs(config, group, half);
    assert.deepEqual(await readGroupOffsets(config, group), half);
    assert.equal(first.length, 11);
    const second = await readAs(config, group);
    assert.deepEqual(await readGroupOffsets(config, group), await readEnds(config));
    assert.equal(new Set([...first, ...second]).size, 20);
    assert.equal(second.length, 9);
    assert.deepEqual(await readAs(config, group), []);
    assert.deepEqual(await readAs(config, group, half), [], "what lies behind the group is passed");
  });

  test("knows nothing of what another group has read", async () => {
    const { config, group } = await createFilled();
    await readAs(config, group);
    assert.equal((await readAs(config, `${group}-2`)).length, 20);
  });

  test("commits nothing of a batch whose handler throws: it comes again", async () => {
    const { config, group } = await createFilled();
    const only = { to: new Map([[0, 10n]]) };
    const fail = () => {
      throw new Error("out of paper");
    };
    await assert.rejects(consumeAs(config, group, fail, only), /^Error: out of paper$/);
    assert.deepEqual(await readGroupOffsets(config, group), new Map());
    assert.equal((await readAs(config, group)).length, 20);
  });

  test("begins anew once the group is removed", async () => {
    const { config, group } = await createFilled();
    assert.equal(await removeGroup(config, group), false);
    await readAs(config, group);
    assert.equal(await removeGroup(config, group), true);
    assert.equal((await readAs(config, group)).length, 20);
  });
});

test("events that are published lie where their key says, in their order", async () => {
  const config = await topics.create(4);
  const events = [..."abcdefgh", "a"].map((id, index) => ({ user_exam_id: id, index }));
  await publishEvents(config, [...events, { no: "id" }]);
  const messages = await readAll(config);
  const keyed = messages.filter(({ key }) => key !== null);
  assert.deepEqual(
    keyed.map(({ partition }) => partition),
    keyed.map(({ key }) => partitionOf(key ?? "", 4)),
  );
  assert.equal(keyed.length, 9);
  assert.equal(messages.length, 10);
  const ofA = keyed.filter(({ key }) => `${key}` === "a").map(({ value }) => JSON.parse(`${value}`));
  assert.deepEqual(ofA, [events[0], events[8]]);
});
