import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { ProcessRecord } from "user-activity/dist/services/processes";
import {
  assertNothingRuns,
  beginProgram,
  type Ended,
  occupy,
  ownEnvironment,
  ownServices,
  until,
} from "../helpers/own-services";

function assertFailed({ code, stdout, stderr }: Ended, message: RegExp): void {
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at |USER_ACTIVITY_DEBUG/m);
}

/** Reads what is written while the services start. */
async function readWhenThere(path: string, pattern: RegExp): Promise<string> {
  let found: string | undefined;
  await until(() => {
    found = existsSync(path) ? pattern.exec(readFileSync(path, "utf8"))?.[1] : undefined;
    return found !== undefined;
  }, path);
  return found ?? "";
}

describe("services that can't be started say why, and leave nothing running", () => {
  const own = ownServices();
  const start = () => own.run(["services", "start"]);

  test("for a Java that is none", async () => {
    const java = readFileSync(join(own.folder, "java.json"));
    writeFileSync(join(own.folder, "java.json"), '{"path":"/bin/false"}');
    assertFailed(
      await start(),
      /its log is .*\.log, it said nothing; is \/bin\/false a Java .* "npm run setup"/,
    );
    writeFileSync(join(own.folder, "java.json"), "{");
    assertFailed(await start(), /java: none recorded in .*java\.json; run "npm run setup"/);
    writeFileSync(join(own.folder, "java.json"), java);
    await assertNothingRuns(own);
  });

  test("for jars that are missing", async () => {
    renameSync(join(own.folder, "jars"), join(own.folder, "gone"));
    assertFailed(await start(), /jars\/(kafka|hadoop): no jars; run "npm run setup"/);
    renameSync(join(own.folder, "gone"), join(own.folder, "jars"));
    await assertNothingRuns(own);
  });

  for (const [what, prepare] of [
    ["a damaged meta.properties", (data: string) => writeFileSync(join(data, "meta.properties"), "damaged")],
    [
      "a file in place of the data folder",
      (data: string) => {
        rmSync(data, { recursive: true });
        writeFileSync(data, "");
      },
    ],
  ] as const) {
    test(`for ${what}`, async () => {
      const data = own.place("kafka", "data");
      mkdirSync(data, { recursive: true });
      prepare(data);
      const outcome = await start();
      assertFailed(outcome, /kafka: .*; its log is .*kafka\.log, its last words:\n.*\n/);
      assert.ok(existsSync(own.place("kafka", "kafka.log")));
      rmSync(data, { recursive: true });
      await assertNothingRuns(own);
    });
  }

  test("for a file in place of a service's folder", async () => {
    rmSync(own.place("hdfs"), { recursive: true, force: true });
    writeFileSync(own.place("hdfs"), "");
    assertFailed(await start(), /hdfs: expected a folder, received a file; move it away/);
    rmSync(own.place("hdfs"));
    await assertNothingRuns(own);
  });
});

describe("a process that is not ours", () => {
  const own = ownServices();
  const other = spawn("sleep", ["600"]);
  after(() => other.kill());

  test("is neither taken for a service nor ended where a record names its process id", async () => {
    const record: ProcessRecord = {
      pid: other.pid ?? 0,
      startedAt: "1",
      clusterId: "a",
      ports: { broker: 9092, http: 9870 },
    };
    for (const [service, name] of [
      ["kafka", "kafka"],
      ["hdfs", "namenode"],
      ["hdfs", "datanode"],
    ] as const) {
      mkdirSync(own.place(service), { recursive: true });
      writeFileSync(own.place(service, `${name}.json`), JSON.stringify(record));
    }
    await assertNothingRuns(own);
    assert.equal((await own.run(["services", "stop"])).code, 0);
    assert.equal(other.exitCode ?? other.signalCode, null);
    assert.ok(!existsSync(own.place("kafka", "kafka.json")));
  });
});

describe("a command that needs a service which is stopped", () => {
  const own = ownServices();
  const file = join(own.folder, "events.json");
  writeFileSync(file, '[{"user_exam_id":"exam-1"}]');

  test("starts it, on another port where its own is taken meanwhile, and stops it again", async () => {
    const publish = own.begin(["publish", file, "--json"]);
    const port = await readWhenThere(own.place("kafka", "server.properties"), /^listeners=.*?:(\d+),/m);
    assert.ok(await occupy(Number(port)));
    const { code, stdout, stderr } = await publish.ended;
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).published, 1);
    assert.match(stderr, /starting kafka for this command/);
    assert.ok(!readFileSync(own.place("kafka", "server.properties"), "utf8").includes(`127.0.0.1:${port},`));
    await assertNothingRuns(own);
  });

  test("stops it where Ctrl-C ends the command, and even where a second one ends it at once", async () => {
    for (const count of [1, 2]) {
      const publish = own.begin(["publish", file, "--again"]);
      await until(() => own.servers().has("kafka"), "the broker runs");
      for (let sent = 0; sent < count; sent++) publish.kill("SIGINT");
      assert.equal((await publish.ended).code, 130);
      await until(() => own.servers().size === 0, "the broker has ended");
    }
  });
});

describe("a notebook that asks whether its services are there", () => {
  const own = ownServices();
  const check = (needed: string) => {
    const script = `require("user-activity").checkServices(${needed}).catch((e) => console.log(e.message))`;
    const env = { ...ownEnvironment(own.folder), KAFKA_BROKERS: "127.0.0.1:9" };
    return beginProgram(process.execPath, ["-e", script], env).ended;
  };

  test("is told which of those that it needs is stopped, both by default", async () => {
    assert.equal((await check('["kafka"]')).stdout, "");
    const message = /^services: hdfs not running; in a terminal: "npx user-activity services start"/;
    assert.match((await check("")).stdout, message);
    assert.match((await check('["hdfs"]')).stdout, message);
  });
});
