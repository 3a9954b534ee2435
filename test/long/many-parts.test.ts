import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { commitChange } from "user-activity/dist/lake/commit";
import { listParts, openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { placeCommit } from "user-activity/dist/lake/placing";
import { land } from "user-activity/dist/landing/land";
import { forEach } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";

const count = 3000;

test(`the ${count} parts of a table are listed as committed while one of them is renamed to and fro`, async () => {
  const config = ownConfig("many-parts");
  const lake = openLake(config.hdfs);
  await publishEvents(config, 3);
  await land({ config });
  const numbers = Array.from({ length: count }, (_, index) => String(index).padStart(8, "0"));
  const added = numbers.map((number) => ({ path: `quarantine/part-${number}.parquet`, bytes: 4 }));
  await forEach(
    added,
    async ({ path }) => void (await lake.hdfs.write(lake.at(`_tmp/many/new-${path}`), Buffer.from("PAR1"))),
    16,
  );
  const last = await readLastCommit(lake);
  const staging = { directory: "quarantine", staged: "_tmp/many/new-quarantine", retired: "_tmp/many/old" };
  const outcome = await commitChange(
    { lake, place: config.hdfs, run: "many", folder: "_tmp/many" },
    {
      kind: "compact",
      holder: last?.holder ?? "",
      files: [],
      swaps: [{ ...staging, replaced: "all", added }],
    },
  );
  assert.equal(outcome.kind, "committed");
  if (outcome.kind === "committed") await placeCommit(lake, outcome.commit);
  const [one, other] = [lake.at("quarantine/part-00000001.parquet"), lake.at("quarantine/part-zzz.parquet")];
  let isEnded = false;
  const renaming = (async () => {
    while (!isEnded) {
      const startedMs = Date.now();
      await lake.hdfs.rename(one, other);
      await lake.hdfs.rename(other, one);
      // mostly where the commit has it: a file that is mostly elsewhere is another lake, not an unlucky listing
      await sleep(2 * (Date.now() - startedMs));
    }
  })();
  let wrong = 0;
  for (let round = 0; round < 30; round++) {
    const names = (await lake.hdfs.list(lake.at("quarantine"))).map(({ name }) => name);
    if (names.length !== count || new Set(names).size !== count) wrong++;
    const parts = await listParts(lake, "quarantine");
    assert.deepEqual(
      parts.map(({ path }) => path),
      added.map(({ path }) => lake.at(path)),
    );
  }
  isEnded = true;
  await renaming;
  process.stdout.write(`# ${wrong} of 30 plain listings were wrong\n`);
});
