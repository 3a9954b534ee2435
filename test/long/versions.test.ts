import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { compact } from "user-activity/dist/landing/compact";
import { readVersions } from "user-activity/dist/landing/history";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { query } from "user-activity/dist/sql/query";
import { ownConfig, ownFolder, python } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";

/** How often the five tables were read together, could not be, and were of several commits. */
interface Seen {
  readonly rounds: number;
  readonly failures: number;
  readonly mixed: number;
  readonly problems: readonly string[];
}

interface Watched {
  readonly name: string;
  readonly versions: Seen;
  /** Of the lake's own directories; undefined where the reader reads versions only. */
  readonly directories?: Seen;
}

interface Watcher {
  /** Lets it end after one more round, and says what it saw. */
  readonly end: () => Promise<Watched>;
}

function watchInPython({ hdfs }: Config, name: "pandas" | "pyarrow" | "duckdb"): Watcher {
  const script = projectPath("test", "python", "watch_versions.py");
  const child = spawn(python, [script, hdfs.url, hdfs.lakeDir, name], { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const closed = once(child, "close");
  return {
    end: async () => {
      child.stdin.end();
      await closed;
      if (stdout === "") throw new Error(`watch_versions.py ${name}: ${stderr}`);
      return { name, ...(JSON.parse(stdout) as Omit<Watched, "name">) };
    },
  };
}

const joined = `
  SELECT (SELECT count(*) FROM raw_data) AS messages, (SELECT count(*) FROM grades_ID) AS grades,
    (SELECT sum(attempts) FROM course_ID) AS attempts,
    (SELECT count(*) FROM grades_ID ANTI JOIN raw_data USING (partition, "offset")) AS orphans,
    (SELECT count(*) FROM quarantine ANTI JOIN raw_data USING (partition, "offset")) AS strays`;

/** The project's own query, which reads a version by itself. */
function watchQueries(config: Config): Watcher {
  const cacheRoot = ownFolder();
  const seen = { rounds: 0, failures: 0, mixed: 0, problems: [] as string[] };
  let isEnded = false;
  const loop = async () => {
    for (let isLast = false; !isLast; ) {
      isLast = isEnded;
      seen.rounds++;
      try {
        const [row = assert.fail()] = (await query(joined, { config, cacheRoot })).rows;
        const isOne = row.grades === row.attempts && row.orphans === 0n && row.strays === 0n;
        if (!isOne) seen.mixed++;
        if (!isOne) seen.problems.push(JSON.stringify(row, (_, value) => String(value)));
      } catch (error) {
        seen.failures++;
        seen.problems.push((error as Error).message);
      }
    }
  };
  const ended = loop();
  return {
    end: async () => {
      isEnded = true;
      await ended;
      return { name: "query", versions: seen };
    },
  };
}

const landings = 16;

/** Small commits, files merged after every third landing, all rebuilt after every eighth. */
async function work(config: Config): Promise<void> {
  for (let number = 1; number <= landings; number++) {
    await publishEvents(config, 10, `n${number}`);
    await land({ config, batchMessages: 4 });
    if (number % 3 === 0) await compact({ config });
    if (number % 8 === 0) await replay({ config, again: true });
  }
}

test("readers of versions meet no failure and no mixed commit while others land, merge and replay [readers-versions]", async (t) => {
  const config = ownConfig("versions-read");
  await publishEvents(config, 10, "n0");
  await land({ config });
  const watchers = [
    ...(["pandas", "pyarrow", "duckdb"] as const).map((name) => watchInPython(config, name)),
    watchQueries(config),
  ];
  let all: Watched[] = [];
  try {
    await work(config);
  } finally {
    all = await Promise.all(watchers.map((watcher) => watcher.end()));
  }
  for (const { name, versions } of all) {
    assert.deepEqual(versions.problems, [], name);
    assert.deepEqual([versions.failures, versions.mixed], [0, 0], name);
    assert.ok(versions.rounds > 5, `${name}: ${versions.rounds} rounds`);
  }
  const { count } = await readVersions({ config });
  const told = all.map(({ name, versions: { rounds }, directories }) => {
    const plain = directories
      ? ` (its directories: ${directories.failures} failures and ${directories.mixed} mixed of ${directories.rounds})`
      : "";
    return `${name} 0 failures and 0 mixed commits of ${rounds}${plain}`;
  });
  t.diagnostic(`${count} versions; ${told.join(", ")}`);
});
