import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { buildProgram } from "user-activity/dist/cli/cli";
import { assertFailure, cliPath, parseResult, runCli } from "../../helpers/cli-process";

const folder = mkdtempSync(join(tmpdir(), "user-activity-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A project in which nothing was ever started, and an environment that names nothing. */
const stopped = {
  USER_ACTIVITY_LOCAL_DIR: join(folder, "local"),
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(KAFKA|WEBHDFS|HDFS|LAKE)_/.test(name))
      .map((name) => [name, undefined]),
  ),
};

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("misuse ends with exit code 2 and one line", { concurrency: 2 }, () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["lnad", /unknown command 'lnad' \(Did you mean land\?\); see "user-activity --help"$/],
    ["--nope", /unknown option '--nope'; see/],
    ["land --nope", /unknown option '--nope'; see/],
    ["publish", /missing required argument 'file'; see/],
    ["publish a.json --per-second 0", /argument '0' is invalid/],
    ["publish a.json b.json", /too many arguments for 'publish'/],
    ["verify all", /too many arguments for 'verify'/],
    ["land --batch", /'--batch <messages>' argument missing/],
    ["land --batch x", /argument 'x' is invalid\. Expected a whole number above 0; see/],
    ["land --batch 0", /argument '0' is invalid/],
    ["land --batch 1.5", /argument '1.5' is invalid/],
    ["services restart", /unknown command 'restart'/],
    ["reset", /would delete topic assessments at \S+ and \/user-activity at \S+; add --yes/],
  ];
  for (const [args, message] of cases) {
    test(`user-activity ${args}`, async () => {
      assert.match(assertFailure(await runCli(args.split(" "), { env: stopped }), 2), message);
    });
  }

  for (const args of [[], ["services"]]) {
    test(`${["user-activity", ...args].join(" ")} without a command shows its help on stderr`, async () => {
      const { code, stdout, stderr } = await runCli(args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^Usage: user-activity/);
    });
  }
});

describe("a wrong environment variable ends with exit code 2 and is named", { concurrency: 2 }, () => {
  // what each may be: see base/config
  for (const [name, value] of [
    ["KAFKA_BROKERS", "nohost"],
    ["WEBHDFS_URL", "http://a:99999"],
  ] as const) {
    test(`${name}=${value}`, async () => {
      const ended = await runCli(["status"], { env: { ...stopped, [name]: value } });
      const form = new RegExp(`^user-activity: ${name}: expected .+, received ${JSON.stringify(value)}`);
      assert.match(assertFailure(ended, 2), form);
    });
  }

  test("a certificate authority that is not there", async () => {
    const secure = {
      KAFKA_BROKERS: "127.0.0.1:1",
      KAFKA_SECURITY_PROTOCOL: "SSL",
      KAFKA_SSL_CA: "/nope.pem",
    };
    assert.match(
      assertFailure(
        await runCli(["land"], { env: { ...stopped, ...secure, WEBHDFS_URL: "http://127.0.0.1:1" } }),
        2,
      ),
      /KAFKA_SSL_CA: expected the path of a PEM file with a certificate, received ENOENT/,
    );
  });
});

describe("help and version go to stdout with exit code 0", { concurrency: 2 }, () => {
  for (const args of [[], ["services", "start"]]) {
    test(`${["user-activity", ...args].join(" ")} --help`, async () => {
      const { code, stdout, stderr } = await runCli([...args, "--help"]);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`^Usage: ${["user-activity", ...args].join(" ")}`));
    });
  }

  test("every command has its own", () => {
    const seen: string[] = [];
    const look = (command: ReturnType<typeof buildProgram>, above: string) => {
      const name = `${above}${command.name()}`;
      seen.push(name);
      assert.ok(command.helpInformation().startsWith(`Usage: ${name}`), name);
      assert.ok(command.description(), `${name}: what it does`);
      for (const one of command.commands) look(one, `${name} `);
    };
    look(buildProgram(), "");
    for (const name of ["publish", "land", "verify", "status", "reset", "services stop", "services status"])
      assert.ok(seen.includes(`user-activity ${name}`), name);
  });

  test("user-activity --version", async () => {
    const { version } = JSON.parse(readFileSync(projectPath("src", "package.json"), "utf8"));
    assert.deepEqual(await runCli(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("publish refuses a broken file before it looks for a broker", { concurrency: 2 }, () => {
  const noBroker = { ...stopped, KAFKA_BROKERS: "127.0.0.1:1" };
  const record = '{"user_exam_id": "a-1"}';
  const files: readonly (readonly [string, string | Buffer | undefined, RegExp])[] = [
    ["missing.json", undefined, /expected a readable file, received no such file; check the path/],
    ["empty.json", "", /expected JSON records, received an empty file/],
    ["blank.json", " \n\n", /expected JSON records, received an empty file/],
    ["text.json", "hello, world\n", /record 0 at line 1: expected JSON, received "hello, world/],
    ["cut.json", `[${record}, {"user_exam`, /expected "\]", received the end of the file inside record 1/],
    ["cut-line.json", `${record}\n{"user_exam`, /record 1 at line 2: expected JSON, received .+ at the end/],
    ["more.json", `[${record}] xyz`, /after 1 records, at byte \d+: expected nothing .+, received "x"/],
    ["utf16.json", Buffer.from(`\ufeff[${record}]`, "utf16le"), /expected UTF-8, received UTF-16/],
    ["latin1.json", Buffer.from('[{"a": "\xe9"}]', "latin1"), /expected UTF-8, received other bytes/],
  ];
  for (const [name, content, message] of files) {
    const path = content === undefined ? join(folder, name) : write(name, content);
    test(name, async () => {
      const line = assertFailure(await runCli(["publish", path], { env: noBroker }), 1);
      assert.ok(line.startsWith(`user-activity: ${path}: `), line);
      assert.match(line, message);
    });
  }

  test("and before it starts one", async () => {
    const line = assertFailure(await runCli(["publish", join(folder, "missing.json")], { env: stopped }), 1);
    assert.match(line, /expected a readable file/);
  });

  test("a directory", async () => {
    mkdirSync(join(folder, "records"), { recursive: true });
    const line = assertFailure(await runCli(["publish", join(folder, "records")], { env: stopped }), 1);
    assert.match(line, /expected a file, received a directory/);
  });
});

describe("a service that is not there or is another one", { concurrency: 2 }, () => {
  let server: Server;
  let web = "";
  before(async () => {
    server = createServer((_, reply) => reply.writeHead(404).end("nothing here"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    web = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  const sound = write("sound.json", '[{"user_exam_id": "a-1"}]');
  const both = { ...stopped, KAFKA_BROKERS: "127.0.0.1:1", WEBHDFS_URL: "http://127.0.0.1:1" };
  const noBroker = /kafka 127\.0\.0\.1:1: .+ECONNREFUSED.+; is the broker that KAFKA_BROKERS names up/;
  const noNameNode =
    /hdfs \/user-activity\/_commits: list: connection refused by 127\.0\.0\.1:1; is the NameNode/;

  test("publish names the broker", async () => {
    assert.match(assertFailure(await runCli(["publish", sound], { env: both }), 1), noBroker);
  });

  test("land names the broker", async () => {
    const ended = await runCli(["land", "--json", "--give-up", "1"], { env: both });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /trying again in 0\.25 s \(try 2, gives up after 1 s\)/);
    assert.match(ended.stderr.trimEnd().split("\n").at(-1) ?? "", noBroker);
  });

  test("status names the broker", async () => {
    const env = { ...stopped, KAFKA_BROKERS: "127.0.0.1:1" };
    assert.match(assertFailure(await runCli(["status"], { env }), 1), noBroker);
  });

  for (const command of ["verify", "status"]) {
    test(`${command} names the NameNode`, async () => {
      assert.match(assertFailure(await runCli([command], { env: both }), 1), noNameNode);
    });
  }

  test("a web server in place of the NameNode is asked about", async () => {
    const ended = await runCli(["verify"], { env: { ...both, WEBHDFS_URL: `http://${web}` } });
    assert.match(assertFailure(ended, 1), /404 .+; is this a NameNode, with WebHDFS on\?/);
  });

  test("a web server in place of the broker is named", async () => {
    const ended = await runCli(["publish", sound], { env: { ...both, KAFKA_BROKERS: web } });
    assert.match(assertFailure(ended, 1), new RegExp(`kafka ${web}: .+KAFKA_BROKERS`));
  });

  test("what set-up has not fetched is named", async () => {
    assert.match(assertFailure(await runCli(["verify"], { env: stopped }), 1), /npm run setup/);
  });
});

describe("where nothing runs", () => {
  test("status says that both services are stopped, and how to start them", async () => {
    const { code, stdout, stderr } = await runCli(["status"], { env: stopped });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^topic: Kafka is stopped; "npx user-activity services start" starts it$/m);
    assert.match(stdout, /^lake: HDFS is stopped; "npx user-activity services start" starts it$/m);
  });

  test("status --json has null for topic, lake and problem", async () => {
    const { services, ...rest } = parseResult(await runCli(["status", "--json"], { env: stopped }));
    assert.deepEqual(rest, { topic: null, lake: null, problem: null });
    assert.deepEqual(Object.keys(services as object), ["kafka", "hdfs"]);
  });

  test("services status --json gives states and addresses", async () => {
    const result = parseResult(await runCli(["services", "status", "--json"], { env: stopped }));
    const logs = (service: string, name: string) => join(folder, "local", "services", service, name);
    assert.deepEqual(result, {
      kafka: { state: "stopped", brokers: "127.0.0.1:9092", logs: logs("kafka", "kafka.log") },
      hdfs: {
        state: "stopped",
        webhdfsUrl: "http://127.0.0.1:9870",
        logs: logs("hdfs", "{namenode,datanode}.log"),
      },
    });
  });

  test("services that the environment names are external", async () => {
    const env = { ...stopped, KAFKA_BROKERS: "a:1,b:2", WEBHDFS_URL: "http://c:3/" };
    assert.deepEqual(parseResult(await runCli(["services", "status", "--json"], { env })), {
      kafka: { state: "external", brokers: "a:1,b:2" },
      hdfs: { state: "external", webhdfsUrl: "http://c:3" },
    });
  });
});

describe("where the output goes", () => {
  test("a reader that has gone is no failure", async () => {
    for (const args of [["--help"], ["status"]]) {
      const ended = await runCli(args, { env: stopped, onStart: ({ stdout }) => stdout?.destroy() });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    }
  });

  test("a full disk is told in one line", { skip: existsSync("/dev/full") ? false : "no /dev/full" }, () => {
    const command = `"${process.execPath}" "${cliPath}" status > /dev/full`;
    const env = { ...process.env, ...stopped };
    const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", env });
    assert.deepEqual(
      [status, stderr],
      [1, "user-activity: stdout: expected to write to it, received ENOSPC; is there room?\n"],
    );
  });

  const terminal = spawnSync("script", ["--version"]).status === 0;
  const skip = terminal ? false : "no util-linux script to give a terminal";
  /** What a terminal of so many columns shows of a publish that fails. */
  const showOnTerminal = (columns: number, env: Record<string, string> = {}): string => {
    const command = `stty cols ${columns}; "${process.execPath}" "${cliPath}" publish "${join(folder, "none.json")}"`;
    const plain = { CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
    const { stdout, status } = spawnSync("script", ["-qec", command, "/dev/null"], {
      encoding: "utf8",
      env: { ...process.env, ...plain, ...stopped, KAFKA_BROKERS: "127.0.0.1:1", TERM: "xterm", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 30_000,
      maxBuffer: 2 ** 20,
    });
    assert.equal(status, 1);
    return stdout;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of a terminal
  const colour = /\u001b\[3\dm/;

  test("a terminal gets a spinner in colour", { skip }, () => {
    assert.match(showOnTerminal(100), colour);
  });

  test("NO_COLOR keeps the spinner plain", { skip }, () => {
    assert.doesNotMatch(showOnTerminal(100, { NO_COLOR: "1" }), colour);
  });

  test("a terminal without columns gets plain lines", { skip }, () => {
    assert.match(
      showOnTerminal(0),
      /^… publishing \S+\r\nuser-activity: \S+ expected a readable file.+\r\n$/,
    );
  });
});
