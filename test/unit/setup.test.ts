import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type FakeMachine, fakeMachine } from "../helpers/fake-machine";
import { until } from "../helpers/own-services";

const machines: FakeMachine[] = [];
after(() => {
  for (const machine of machines) machine.remove();
});

function newMachine(...options: Parameters<typeof fakeMachine>): FakeMachine {
  const machine = fakeMachine(...options);
  machines.push(machine);
  return machine;
}

/** Records of set-ups and of what they run. */
function listRecords({ at }: FakeMachine): string[] {
  return readdirSync(at(".local")).filter((name) => name.startsWith("setup-"));
}

function noted({ calls }: FakeMachine): string {
  return existsSync(calls) ? readFileSync(calls, "utf8") : "";
}

const everything = [
  "jars",
  "npm ci",
  "npm done",
  "pip lab",
  "pip tools",
  "tsc",
  "tslab",
  "venv tools",
  "venv venv",
];

describe("set-up", () => {
  const machine = newMachine();
  const { at } = machine;

  test("does every step, says what it does, and does nothing the second time", async () => {
    const first = await machine.setup();
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(machine.takeCalls(), everything);
    assert.match(first.stderr, /^Setting up \(once\): npm packages, jar resolver/);
    assert.equal(first.stderr.match(/^ {2}✓ .* \(\d+\.\d s\)$/gm)?.length, 7);
    assert.deepEqual(await machine.setup(), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(machine.takeCalls(), []);
    assert.deepEqual(listRecords(machine), []);
  });

  test("brings what it needs where npm is told to leave out what is for development", async () => {
    const other = newMachine();
    const { code, stderr } = await other.setup({ NODE_ENV: "production", npm_config_omit: "dev" });
    assert.equal(code, 0, stderr);
    assert.deepEqual(other.takeCalls(), everything);
  });

  test("adds what the tests need, and only that", async () => {
    await machine.setup({}, "--tests");
    assert.deepEqual(machine.takeCalls(), ["pip iceberg", "pip lab test", "venv iceberg"]);
    await machine.setup({}, "--tests");
    assert.deepEqual(machine.takeCalls(), []);
  });

  test("adds what builds the site, and only that, away from the project's own packages", async () => {
    const before = readFileSync(at("node_modules", ".set-up"), "utf8");
    assert.equal((await machine.setup({}, "--site")).code, 0);
    assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done", "pip site", "venv sphinx"]);
    assert.ok(existsSync(at(".local", "typedoc", "node_modules", "typedoc")));
    assert.ok(!existsSync(at("local", "setup", "typedoc", "node_modules")));
    assert.equal(readFileSync(at("node_modules", ".set-up"), "utf8"), before);
    await machine.setup({}, "--site");
    assert.deepEqual(machine.takeCalls(), []);
    appendFileSync(at("local", "setup", "typedoc", "package-lock.json"), "changed");
    await machine.setup({}, "--site");
    assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done"]);
  });

  const changes: [string, string[]][] = [
    ["package-lock.json", ["npm ci", "npm done", "tsc", "tslab"]],
    ["local/setup/python/lab.txt", ["pip lab", "pip lab test", "tslab", "venv venv"]],
    ["local/setup/python/test.txt", ["pip lab test"]],
    ["local/setup/python/iceberg.txt", ["pip iceberg", "venv iceberg"]],
    ["local/setup/python/tools.txt", ["pip tools", "venv tools"]],
    ["local/services/kafka/jgo.lock.toml", ["jars"]],
    ["local/services/hadoop/jgo.lock.toml", ["jars"]],
    ["src/index.ts", ["tsc"]],
  ];
  for (const [file, calls] of changes) {
    test(`redoes after a change of ${file} what comes of it, and no more`, async () => {
      appendFileSync(at(file), "changed");
      assert.equal((await machine.setup({}, "--tests")).code, 0);
      assert.deepEqual(machine.takeCalls(), calls);
    });
  }

  test("redoes what was removed, with what was installed into it", async () => {
    rmSync(at(".local", "venv", "bin", "python"));
    await machine.setup({}, "--tests");
    assert.deepEqual(machine.takeCalls(), ["pip lab", "pip lab test", "tslab", "venv venv"]);
    rmSync(at("node_modules"), { recursive: true });
    await machine.setup({}, "--tests");
    assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done", "tsc", "tslab"]);
  });

  test("needs no Python where nothing of it is missing", async () => {
    rmSync(join(machine.root, "bin", "python3"));
    assert.equal((await machine.setup()).code, 0);
  });
});

describe("a machine that lacks something", () => {
  const cases: [string, FakeMachine, NodeJS.ProcessEnv, RegExp][] = [
    ["no Python", newMachine(["npm"]), {}, /received: no Python on the PATH; install it .* or set PYTHON/],
    [
      "an old Python",
      newMachine(),
      { PYTHON_VERSION: "3.8.18" },
      /received: python3 is 3\.8\.18; install it/,
    ],
    ["a Python without venv", newMachine(), { NO_VENV: "1" }, /received: python3 is 3\.11\.7 without venv/],
    [
      "a PYTHON that is none",
      newMachine(),
      { PYTHON: "/nowhere" },
      /received: PYTHON=\/nowhere, which is none/,
    ],
  ];
  for (const [what, machine, env, message] of cases) {
    test(`is told of ${what} before anything is done`, async () => {
      const { code, stderr } = await machine.setup(env);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^set-up: Python: expected 3\.10 or later with venv, .*\n$/);
      assert.deepEqual(machine.takeCalls(), []);
    });
  }

  test("gets a Java from the Python packages where it has none, or only an old one", async () => {
    for (const [machine, env] of [
      [newMachine(["npm", "python3"]), {}],
      [newMachine(), { JAVA_VERSION: "11.0.1" }],
    ] as const) {
      assert.equal((await machine.setup(env)).code, 0);
      assert.ok(machine.takeCalls().includes("pip java"));
      const { path, version } = JSON.parse(readFileSync(machine.at(".local", "java.json"), "utf8"));
      assert.deepEqual([path, version], [machine.at(".local", "tools", "bin", "java"), 25]);
    }
  });

  test("is asked for its Java again when that one has changed or gone", async () => {
    const machine = newMachine();
    await machine.setup();
    machine.takeCalls();
    utimesSync(join(machine.root, "bin", "java"), 1, 1);
    assert.match((await machine.setup()).stderr, /✓ Java/);
    rmSync(join(machine.root, "bin", "java"));
    await machine.setup();
    assert.deepEqual(machine.takeCalls(), ["pip java"]);
  });

  test("keeps virtual environments that another Python made, unless PYTHON names one", async () => {
    const machine = newMachine();
    await machine.setup();
    machine.takeCalls();
    await machine.setup({ PYTHON_VERSION: "3.12.1" });
    assert.deepEqual(machine.takeCalls(), []);
    await machine.setup({ PYTHON_VERSION: "3.12.1", PYTHON: "python3" });
    assert.deepEqual(machine.takeCalls(), ["pip lab", "pip tools", "tslab", "venv tools", "venv venv"]);
  });
});

describe("a set-up that fails or is cut", () => {
  test("shows the first and last lines of the program that failed, and repeats only what is not done", async () => {
    const machine = newMachine();
    const { code, stderr } = await machine.setup({ NPM_FAILS: "1" });
    assert.equal(code, 1);
    assert.match(stderr, /✗ npm packages/);
    assert.match(stderr, /set-up: "npm ci .*" ended with 1:\nnpm error line 1\n/);
    assert.match(stderr, /npm error line 6\n…\nnpm error line 94\n(.*\n)*npm error line 100\n$/);
    assert.ok(machine.takeCalls().includes("pip lab"));
    assert.equal((await machine.setup()).code, 0);
    assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done", "tsc", "tslab"]);
  });

  test("says where npm is missing", async () => {
    const { code, stderr } = await newMachine(["python3", "java"]).setup();
    assert.equal(code, 1);
    assert.match(stderr, /set-up: npm: .*ENOENT; is it installed and on the PATH\?\n$/);
  });

  /** A set-up whose npm is under way and holds until the file is removed. */
  async function beginHeld(machine: FakeMachine) {
    const env = { HOLD: join(machine.root, "hold") };
    writeFileSync(env.HOLD, "");
    const held = machine.begin(env);
    const stamps = ["venv/.set-up", "tools/.set-up", "jars/.set-up", "set-up/java"];
    const isRest = () => stamps.every((stamp) => existsSync(machine.at(".local", stamp)));
    await until(() => isRest() && noted(machine).includes("npm ci"), "all but npm is done");
    return { held, release: () => rmSync(env.HOLD) };
  }

  test("keeps a second one waiting, which then has nothing left to do", async () => {
    const machine = newMachine();
    const { held, release } = await beginHeld(machine);
    const second = machine.begin();
    await until(() => second.said().includes("waiting for it"), "the second one waits");
    release();
    const outcomes = await Promise.all([held.ended, second.ended]);
    assert.deepEqual(
      [0, 0],
      outcomes.map(({ code }) => code),
    );
    assert.equal(outcomes[1]?.stderr, "Another set-up is under way in this folder: waiting for it.\n");
    assert.deepEqual(machine.takeCalls(), everything);
  });

  test("is not waited for where nothing is missing", async () => {
    const [machine, other] = [newMachine(), newMachine()];
    await machine.setup();
    const { held, release } = await beginHeld(other);
    const lock = listRecords(other).find((name) => name.includes("lock")) ?? assert.fail("no lock");
    writeFileSync(machine.at(".local", lock), "");
    const { code, stderr } = await machine.setup();
    assert.deepEqual([code, stderr], [0, ""]);
    release();
    await held.ended;
  });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    test(`ends what it runs on ${signal}, leaves no lock, and goes on from there the next time`, async () => {
      const machine = newMachine();
      const { held } = await beginHeld(machine);
      held.kill(signal);
      const { code, stderr } = await held.ended;
      assert.equal(code, exitCode);
      assert.match(stderr, new RegExp(`set-up: ended by ${signal}; the next run goes on from there\n$`));
      assert.deepEqual(listRecords(machine), []);
      machine.takeCalls();
      assert.equal((await machine.setup()).code, 0);
      assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done", "tsc", "tslab"]);
    });
  }

  test("is taken over when killed: the next one ends what it left running and redoes what was cut", async () => {
    const machine = newMachine();
    const { held, release } = await beginHeld(machine);
    held.kill("SIGKILL");
    await held.ended;
    assert.equal(listRecords(machine).length, 2);
    machine.takeCalls();
    assert.equal((await machine.setup()).code, 0);
    release();
    assert.deepEqual(machine.takeCalls(), ["npm ci", "npm done", "tsc", "tslab"]);
    assert.deepEqual(listRecords(machine), []);
  });

  test("is not waited for where its process id belongs to another process by now", async () => {
    const machine = newMachine();
    mkdirSync(machine.at(".local"));
    for (const kind of ["lock", "child"])
      writeFileSync(machine.at(".local", `setup-${kind}-${process.pid}-1`), "");
    assert.equal((await machine.setup()).code, 0);
    assert.deepEqual(listRecords(machine), []);
  });
});
