import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Config, readConfig } from "user-activity/dist/config";
import { connectHdfs } from "user-activity/dist/hdfs";
import { openHdfsClient } from "user-activity/dist/hdfs-client";
import { ensureTopic } from "user-activity/dist/stream";
import { type Certificates, makeCertificates } from "./certificates";
import { assertFailure, type Ended, parseResult, runCli } from "./cli-process";
import { eventsFile, ownFolder } from "./live-lake";
import { readAll, send } from "./live-topics";
import { startRecordingProxy } from "./recording-proxy";
import { type SecureHdfs, startSecureHdfs } from "./secure-hdfs";
import { type SecureKafka, startSecureKafka } from "./secure-kafka";
import { watchCommandLines } from "./watch-processes";

type Env = Readonly<Record<string, string>>;

let certificates: Certificates;
let kafka: SecureKafka;
let hdfs: SecureHdfs;
after(() => Promise.all([kafka?.stop(), hdfs?.stop()])); // before their folder goes

const folder = ownFolder();
/** What the commands write beside their results: caches and logs. */
const localFolder = join(folder, "local");
const mark = "s3cretMark";
const user = { name: "ann", password: `${mark} ß=1$` };
const secrets = [mark];
/** Where the commands below may have told a secret. */
const told: string[] = [];
let made = 0;

before(async () => {
  mkdirSync(localFolder);
  certificates = makeCertificates(folder);
  [kafka, hdfs] = await Promise.all([
    startSecureKafka(folder, certificates, user),
    startSecureHdfs(folder, certificates),
  ]);
});

type Protocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";

/** Kafka and HDFS as secured as they get, with a topic and a lake of this call's own. */
function secureEnv(protocol: Protocol = "SASL_SSL", mechanism = "SCRAM-SHA-512"): Env {
  const own = `secure-${++made}`;
  return {
    USER_ACTIVITY_LOCAL_DIR: localFolder,
    KAFKA_BROKERS: kafka.brokers[protocol],
    KAFKA_TOPIC: own,
    KAFKA_SECURITY_PROTOCOL: protocol,
    ...(protocol.endsWith("SSL") ? { KAFKA_SSL_CA: certificates.caPath } : {}),
    ...(protocol.startsWith("SASL")
      ? {
          KAFKA_SASL_MECHANISM: mechanism,
          KAFKA_SASL_USERNAME: user.name,
          KAFKA_SASL_PASSWORD: user.password,
        }
      : {}),
    WEBHDFS_URL: hdfs.url,
    WEBHDFS_CA: certificates.caPath,
    LAKE_DIR: `/${own}`,
  };
}

/** Runs a command and keeps what it prints, and what it and its children show of themselves while they run. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  let stop = () => [] as readonly string[];
  const ended = await runCli(args, {
    env,
    onStart: ({ pid = 0 }) => {
      stop = watchCommandLines(pid);
    },
  });
  const seen = stop();
  assert.ok(seen.length > 0, "the command was seen while it ran");
  told.push(ended.stdout, ended.stderr, ...seen);
  return ended;
}

function configOf(env: Env): Config {
  return readConfig(env);
}

describe("Kafka over TLS and SASL", () => {
  for (const [protocol, mechanism] of [
    ["SSL", ""],
    ["SASL_PLAINTEXT", "PLAIN"],
    ["SASL_PLAINTEXT", "SCRAM-SHA-256"],
    ["SASL_PLAINTEXT", "SCRAM-SHA-512"],
    ["SASL_SSL", "PLAIN"],
    ["SASL_SSL", "SCRAM-SHA-256"],
    ["SASL_SSL", "SCRAM-SHA-512"],
  ] as const) {
    test(`takes messages and gives them back: ${protocol} ${mechanism}`, async () => {
      const config = configOf(secureEnv(protocol, mechanism || undefined)).kafka;
      await ensureTopic(config, { partitions: 1 });
      await send(config, [{ key: "k", value: "v" }]);
      assert.deepEqual(
        (await readAll(config)).map(({ value }) => String(value)),
        ["v"],
      );
    });
  }
});

describe("a cluster that asks for TLS and a login everywhere", () => {
  test("is published to, landed in, verified, shown and queried by the environment alone", async () => {
    const env = secureEnv();
    assert.equal(parseResult(await run(["publish", eventsFile, "--json"], env)).published, 3280);
    assert.equal(parseResult(await run(["land", "--json"], env)).sumHolds, true);
    assert.equal(parseResult(await run(["verify", "--json"], env)).ok, true);
    const { services, topic } = parseResult(await run(["status", "--json"], env)) as {
      services: { kafka: { state: string }; hdfs: { state: string } };
      topic: { partitions: { lag: number }[] };
    };
    assert.deepEqual([services.kafka.state, services.hdfs.state], ["external", "external"]);
    assert.ok(topic.partitions.every(({ lag }) => lag === 0));
    const query = await run(["query", "SELECT count(*) AS rows FROM grades_ID", "--csv"], env);
    assert.match(query.stdout, /\b3237\b/, query.stderr);
    assert.equal((await run(["reset", "--yes"], env)).code, 0);
  });
});

describe("what stands in the way of Kafka is named in one line, with what to do", { concurrency: 3 }, () => {
  const pem = { KAFKA_SSL_CA: "" };
  const cases: readonly (readonly [string, () => Env, RegExp])[] = [
    [
      "a wrong password, PLAIN",
      () => ({ ...secureEnv("SASL_SSL", "PLAIN"), KAFKA_SASL_PASSWORD: `${mark} wrong` }),
      /authentication failed: .*; are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right/,
    ],
    [
      "a wrong password, SCRAM",
      () => ({ ...secureEnv("SASL_PLAINTEXT", "SCRAM-SHA-256"), KAFKA_SASL_PASSWORD: `${mark} wrong` }),
      /authentication failed.*; are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right/,
    ],
    [
      "a user that there isn't",
      () => ({ ...secureEnv(), KAFKA_SASL_USERNAME: "nobody" }),
      /authentication failed.*; are KAFKA_SASL_USERNAME and/,
    ],
    [
      "a mechanism that the broker does not take",
      () => ({ ...secureEnv("SASL_PLAINTEXT", "PLAIN"), KAFKA_BROKERS: kafka.brokers.SCRAM_ONLY }),
      /set KAFKA_SASL_MECHANISM to one that the broker takes$/,
    ],
    [
      "an authority that signed nothing",
      () => ({ ...secureEnv(), KAFKA_SSL_CA: certificates.otherCaPath }),
      /certificate.*; set KAFKA_SSL_CA to the PEM file of the authority/,
    ],
    [
      "no authority",
      () => ({ ...secureEnv("SSL"), ...pem }),
      /certificate.*; set KAFKA_SSL_CA to the PEM file/,
    ],
    [
      "another name than the certificate's",
      () => ({ ...secureEnv(), KAFKA_BROKERS: kafka.brokers.SASL_SSL.replace("127.0.0.1", "localhost") }),
      /name the broker in KAFKA_BROKERS as its certificate names it$/,
    ],
    [
      "a broker that asks for a client certificate",
      () => ({ ...secureEnv("SSL"), KAFKA_BROKERS: kafka.brokers.MUTUAL }),
      /the broker asks for a client certificate, which can't be given/,
    ],
    [
      "no TLS where the broker speaks it",
      () => ({ ...secureEnv("PLAINTEXT"), KAFKA_BROKERS: kafka.brokers.SSL }),
      /does it ask for TLS or a login\? Then set KAFKA_SECURITY_PROTOCOL$/,
    ],
    [
      "TLS where the broker speaks none",
      () => ({ ...secureEnv("SSL"), KAFKA_BROKERS: kafka.brokers.PLAINTEXT }),
      /does the broker speak TLS on this port\? If not, set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SASL_PLAINTEXT$/,
    ],
    [
      "no login where the broker asks for one",
      () => ({ ...secureEnv("SSL"), KAFKA_BROKERS: kafka.brokers.SASL_SSL }),
      /does it ask for TLS or a login\? Then set KAFKA_SECURITY_PROTOCOL$/,
    ],
    [
      "a login where the broker asks for none",
      () => ({ ...secureEnv("SASL_PLAINTEXT"), KAFKA_BROKERS: kafka.brokers.PLAINTEXT }),
      /the broker asks for no login here: set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SSL/,
    ],
  ];
  for (const [what, env, expected] of cases) {
    test(what, async () => {
      const line = assertFailure(await run(["publish", eventsFile], env()), 1);
      assert.match(line, expected);
      assert.match(line, /kafka (127\.0\.0\.1|localhost):\d+: /);
    });
  }

  for (const [what, path, received] of [
    ["is missing", () => join(folder, "none.pem"), "ENOENT"],
    ["holds no certificate", () => eventsFile, "something else"],
  ] as const) {
    test(`a PEM file that ${what} is misuse, and the variable is named`, async () => {
      for (const [name, args] of [
        ["KAFKA_SSL_CA", ["publish", eventsFile]],
        ["WEBHDFS_CA", ["verify"]],
      ] as const) {
        const line = assertFailure(await run(args, { ...secureEnv(), [name]: path() }), 2);
        assert.match(line, new RegExp(`${name}: expected .* PEM file .*, received ${received} from "/.*"$`));
      }
    });
  }
});

describe("what stands in the way of WebHDFS over HTTPS is named too", { concurrency: 3 }, () => {
  const cases: readonly (readonly [string, () => Env, RegExp])[] = [
    [
      "no authority",
      () => ({ ...secureEnv(), WEBHDFS_CA: "" }),
      /certificate.*; set WEBHDFS_CA to the PEM file of the authority/,
    ],
    [
      "another authority",
      () => ({ ...secureEnv(), WEBHDFS_CA: certificates.otherCaPath }),
      /certificate.*; set WEBHDFS_CA to the PEM file of the authority/,
    ],
    [
      "another name than the certificate's",
      () => ({ ...secureEnv(), WEBHDFS_URL: hdfs.url.replace("127.0.0.1", "localhost") }),
      /name the NameNode in WEBHDFS_URL as its certificate does/,
    ],
    [
      "http where it must be https",
      () => ({ ...secureEnv(), WEBHDFS_URL: hdfs.url.replace("https", "http"), WEBHDFS_CA: "" }),
      /does WEBHDFS_URL say http where it must say https/,
    ],
  ];
  for (const [what, env, expected] of cases) {
    test(what, async () => {
      const line = assertFailure(await run(["verify"], env()), 1);
      assert.match(line, expected);
      assert.match(line, /hdfs \/secure-\d+/);
    });
  }
});

describe("a user who may not is named, with the path and its owner", () => {
  const owner = () => configOf(secureEnv()).hdfs;
  const stranger = "stranger";

  async function ownedLake(permission: string): Promise<Env> {
    const env = secureEnv();
    const lake = { ...owner(), lakeDir: env.LAKE_DIR ?? "" };
    await connectHdfs(lake).makeDirectory(lake.lakeDir);
    await openHdfsClient(lake, 5000).ask("PUT", "setpermission", lake.lakeDir, { permission });
    return env;
  }

  test("by land, where the lake belongs to somebody else", async () => {
    const env = await ownedLake("755");
    assert.equal((await run(["publish", eventsFile], env)).code, 0);
    const line = assertFailure(await run(["land"], { ...env, HDFS_USER: stranger }), 1);
    assert.match(
      line,
      new RegExp(`user stranger has no WRITE access to ${env.LAKE_DIR}.*belongs to ${owner().user}:`),
    );
    assert.match(line, /run as its owner \(HDFS_USER\) or have access granted$/);
  });

  test("by query, where the lake is its owner's alone", async () => {
    const env = await ownedLake("700");
    const line = assertFailure(
      await run(["query", "SELECT 1 FROM grades_ID"], { ...env, HDFS_USER: stranger }),
      1,
    );
    assert.match(
      line,
      new RegExp(`user stranger has no (READ_)?EXECUTE access to ${env.LAKE_DIR}.*belongs to`),
    );
  });

  test("by reset, which then leaves the topic too", async () => {
    const env = await ownedLake("700");
    assert.equal((await run(["publish", eventsFile], env)).code, 0);
    const line = assertFailure(await run(["reset", "--yes"], { ...env, HDFS_USER: stranger }), 1);
    assert.match(
      line,
      new RegExp(`user stranger has no \\w+ access to .*, which belongs to ${owner().user}:`),
    );
    assert.equal((await readAll(configOf(env).kafka)).length, 3280);
  });
});

describe("a delegation token", () => {
  test("is what the NameNode is asked with, and reaches neither a DataNode nor anything that is printed", async () => {
    const owner = configOf(secureEnv()).hdfs;
    const granted = await openHdfsClient(owner, 5000).ask("GET", "getdelegationtoken", "/", {
      renewer: owner.user,
    });
    const token = (granted as { Token: { urlString: string } }).Token.urlString;
    secrets.push(token);
    const proxy = await startRecordingProxy(hdfs.url, { caPath: certificates.caPath, owner: owner.user });
    const env = {
      ...secureEnv(),
      WEBHDFS_URL: proxy.url,
      WEBHDFS_CA: "",
      HDFS_USER: "somebody-else",
      HDFS_DELEGATION_TOKEN: token,
    };
    assert.equal((await run(["publish", eventsFile], env)).code, 0);
    assert.equal(parseResult(await run(["land", "--json"], env)).sumHolds, true);
    assert.equal(parseResult(await run(["verify", "--json"], env)).ok, true);
    const [toNameNode, toDataNode] = ["NameNode", "DataNode"].map((to) =>
      proxy.asked.filter((one) => one.to === to),
    );
    assert.ok(toNameNode?.length && toDataNode?.length);
    for (const { query } of toNameNode) {
      assert.deepEqual([query.get("delegation"), query.get("user.name")], [token, null]);
    }
    for (const { query, headers } of toDataNode)
      assert.ok(!`${query} ${JSON.stringify(headers)}`.includes(token));
  });
});

describe("passwords and tokens", () => {
  test("are in nothing that commands print or write, nor in any command line, also where they fail and tell all", async () => {
    const token = `${mark}-token`;
    const env = { ...secureEnv(), USER_ACTIVITY_DEBUG: "1", HDFS_DELEGATION_TOKEN: token };
    const failing: Readonly<Record<string, string>>[] = [
      { KAFKA_SASL_PASSWORD: `${mark} wrong` },
      { KAFKA_SASL_MECHANISM: "PLAIN", KAFKA_SASL_PASSWORD: `${mark} wrong` },
      { KAFKA_SSL_CA: certificates.otherCaPath },
      { WEBHDFS_CA: certificates.otherCaPath },
      { WEBHDFS_URL: "https://127.0.0.1:9" },
      { KAFKA_BROKERS: "127.0.0.1:9" },
      { KAFKA_TOPIC: "not a topic" },
    ];
    assert.equal((await run(["publish", eventsFile], env)).code, 0);
    for (const more of [{}, ...failing]) {
      for (const command of ["land", "status"]) {
        const { code, stderr } = await run([command], { ...env, ...more });
        assert.ok(code === 0 || stderr !== "", command);
      }
    }
    const files = readdirSync(localFolder, { recursive: true, encoding: "utf8" })
      .map((name) => join(localFolder, name))
      .filter((path) => statSync(path).isFile());
    const contents = files.map((path) => readFileSync(path, "latin1"));
    assert.ok(
      told.some((text) => /^\s+at /m.test(text)),
      "a stack trace was among it",
    );
    for (const text of [...told, ...contents]) {
      for (const secret of secrets) assert.ok(!text.includes(secret), text.slice(0, 2000));
    }
  });
});
