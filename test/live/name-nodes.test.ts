import assert from "node:assert/strict";
import { test } from "node:test";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { checkLake, expectTables, ownTopic } from "../helpers/kills";
import { openNameNodes, type Role } from "../helpers/name-nodes";
import { publishEvents } from "../helpers/small-lake";

const noRetry = {
  giveUpMs: 240_000,
  onRetry: ({ error }: { error: Error }) => assert.fail(`counted as a failure: ${error.message}`),
};

test("a landing and a follow go on where the NameNodes change their parts, or one of them is gone", async () => {
  const { config, newLake, expected } = await ownTopic("name-nodes", 11);
  const pair = await openNameNodes(config.hdfs);
  const roles: readonly (readonly [Role, Role])[] = [
    ["active", "standby"],
    ["standby", "active"],
    ["gone", "active"],
    ["active", "gone"],
  ];
  pair.onCall = (number) => {
    const [first, second] = roles[Math.floor(number / 23) % roles.length] ?? ["active", "standby"];
    pair.set(first, second);
  };
  const through = () => {
    const lake = newLake();
    const { lakeDir } = lake.hdfs;
    return { ...lake, hdfs: { ...pair.config, lakeDir } };
  };
  const landed = through();
  await land({ config: landed, batchMessages: 1, retry: noRetry });
  assert.ok(
    pair.refused().every((count) => count > 0),
    String(pair.refused()),
  );
  await checkLake(landed, { expected, where: "landed" });
  const followed = through();
  const stop = new AbortController();
  await follow({
    config: followed,
    signal: stop.signal,
    retry: noRetry,
    batchMessages: 1,
    compactEvery: 2,
    onProgress: ({ state }) => state.counts.consumed === 11 && stop.abort(),
  });
  await checkLake(followed, { expected, where: "followed" });
});

test("where none of them is active the last word is theirs, and it may pass", async () => {
  const pair = await openNameNodes();
  pair.set("standby", "standby");
  await assert.rejects(
    openHdfs(pair.config).list("/"),
    /403 StandbyException .*set WEBHDFS_URL to all of them, separated by commas$/,
  );
  pair.set("gone", "standby");
  await assert.rejects(openHdfs(pair.config).list("/"), /socket hang up|ECONNRESET/);
  const waiting = openHdfs(pair.config, {
    retry: { giveUpMs: 240_000, firstWaitMs: 1, onRetry: () => pair.set("gone", "active") },
  });
  assert.ok((await waiting.list("/")).length > 0);
});

test("a delegation token that ends amid a follow loses nothing, and it is said", async () => {
  const { config, newLake } = await ownTopic("token", 6);
  const pair = await openNameNodes(config.hdfs);
  pair.set("active", "active");
  const lake = newLake();
  const withToken = (token: string) => {
    return { ...lake, hdfs: { ...pair.config, lakeDir: lake.hdfs.lakeDir, token } };
  };
  let publishing: Promise<void> | undefined;
  const following = follow({
    config: withToken("first"),
    signal: new AbortController().signal,
    retry: noRetry,
    commitMs: 50,
    onProgress: ({ state }) => {
      if (state.counts.consumed < 6 || publishing) return;
      pair.set("ended", "ended");
      publishing = publishEvents(config, 5, "more");
    },
  });
  await assert.rejects(
    following,
    /403 InvalidToken .*; the delegation token has ended .*GETDELEGATIONTOKEN.*; what is committed stays, and the next run goes on from there$/,
  );
  await publishing;
  pair.set("active", "active");
  const { consumed } = await land({ config: withToken("second") });
  assert.equal(consumed, 5);
  const expected = await expectTables(newLake());
  await checkLake(withToken("second"), { expected, where: "with another token" });
});
