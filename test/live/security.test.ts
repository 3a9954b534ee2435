import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openHdfsClient } from "user-activity/dist/hdfs/failover";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { assertFailure, parseResult } from "../helpers/cli-process";
import { eventsFile, someEvents } from "../helpers/live-lake";
import { readAll, send } from "../helpers/live-topics";
import { configOf, type Env, mark, useSecureCluster } from "../helpers/secure-cluster";

const cluster = useSecureCluster();
const { run } = cluster;

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
      const config = configOf(cluster.env(protocol, mechanism || undefined)).kafka;
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
    const env = cluster.env();
    assert.equal(parseResult(await run(["publish", someEvents(300), "--json"], env)).published, 300);
    assert.equal(parseResult(await run(["land", "--json"], env)).sumHolds, true);
    assert.equal(parseResult(await run(["verify", "--json"], env)).ok, true);
    const { services, topic } = parseResult(await run(["status", "--json"], env)) as {
      services: { kafka: { state: string }; hdfs: { state: string } };
      topic: { partitions: { lag: number }[] };
    };
    assert.deepEqual([services.kafka.state, services.hdfs.state], ["external", "external"]);
    assert.ok(topic.partitions.every(({ lag }) => lag === 0));
    const query = await run(["query", "SELECT count(*) AS rows FROM raw_data", "--csv"], env);
    assert.match(query.stdout, /\b300\b/, query.stderr);
    assert.equal((await run(["reset", "--yes"], env)).code, 0);
  });
});

describe("what stands in the way of Kafka is named in one line, with what to do", { concurrency: 3 }, () => {
  const pem = { KAFKA_SSL_CA: "" };
  const cases: readonly (readonly [string, () => Env, RegExp])[] = [
    [
      "a wrong password, PLAIN",
      () => ({ ...cluster.env("SASL_SSL", "PLAIN"), KAFKA_SASL_PASSWORD: `${mark} wrong` }),
      /authentication failed: .*; are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right/,
    ],
    [
      "a wrong password, SCRAM",
      () => ({ ...cluster.env("SASL_PLAINTEXT", "SCRAM-SHA-256"), KAFKA_SASL_PASSWORD: `${mark} wrong` }),
      /authentication failed.*; are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right/,
    ],
    [
      "a user that there isn't",
      () => ({ ...cluster.env(), KAFKA_SASL_USERNAME: "nobody" }),
      /authentication failed.*; are KAFKA_SASL_USERNAME and/,
    ],
    [
      "a mechanism that the broker does not take",
      () => ({
        ...cluster.env("SASL_PLAINTEXT", "PLAIN"),
        KAFKA_BROKERS: cluster.kafka().brokers.SCRAM_ONLY,
      }),
      /set KAFKA_SASL_MECHANISM to one that the broker takes$/,
    ],
    [
      "an authority that signed nothing",
      () => ({ ...cluster.env(), KAFKA_SSL_CA: cluster.certificates().otherCaPath }),
      /certificate.*; set KAFKA_SSL_CA to the PEM file of the authority/,
    ],
    [
      "no authority",
      () => ({ ...cluster.env("SSL"), ...pem }),
      /certificate.*; set KAFKA_SSL_CA to the PEM file/,
    ],
    [
      "another name than the certificate's",
      () => ({
        ...cluster.env(),
        KAFKA_BROKERS: cluster.kafka().brokers.SASL_SSL.replace("127.0.0.1", "localhost"),
      }),
      /name the broker in KAFKA_BROKERS as its certificate names it$/,
    ],
    [
      "a broker that asks for a client certificate",
      () => ({ ...cluster.env("SSL"), KAFKA_BROKERS: cluster.kafka().brokers.MUTUAL }),
      /the broker asks for a client certificate, which can't be given/,
    ],
    [
      "no TLS where the broker speaks it",
      () => ({ ...cluster.env("PLAINTEXT"), KAFKA_BROKERS: cluster.kafka().brokers.SSL }),
      /does it ask for TLS or a login\? Then set KAFKA_SECURITY_PROTOCOL$/,
    ],
    [
      "TLS where the broker speaks none",
      () => ({ ...cluster.env("SSL"), KAFKA_BROKERS: cluster.kafka().brokers.PLAINTEXT }),
      /does the broker speak TLS on this port\? If not, set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SASL_PLAINTEXT$/,
    ],
    [
      "no login where the broker asks for one",
      () => ({ ...cluster.env("SSL"), KAFKA_BROKERS: cluster.kafka().brokers.SASL_SSL }),
      /does it ask for TLS or a login\? Then set KAFKA_SECURITY_PROTOCOL$/,
    ],
    [
      "a login where the broker asks for none",
      () => ({ ...cluster.env("SASL_PLAINTEXT"), KAFKA_BROKERS: cluster.kafka().brokers.PLAINTEXT }),
      /the broker asks for no login here: set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SSL/,
    ],
  ];
  for (const [what, env, expected] of cases) {
    test(what, async () => {
      const line = assertFailure(await run(["land"], env()), 1);
      assert.match(line, expected);
      assert.match(line, /kafka (127\.0\.0\.1|localhost):\d+: /);
    });
  }

  for (const [what, path, received] of [
    ["is missing", () => join(cluster.folder, "none.pem"), "ENOENT"],
    ["holds no certificate", () => eventsFile, "something else"],
  ] as const) {
    test(`a PEM file that ${what} is misuse, and the variable is named`, async () => {
      for (const [name, args] of [
        ["KAFKA_SSL_CA", ["publish", eventsFile]],
        ["WEBHDFS_CA", ["verify"]],
      ] as const) {
        const line = assertFailure(await run(args, { ...cluster.env(), [name]: path() }), 2);
        assert.match(line, new RegExp(`${name}: expected .* PEM file .*, received ${received} from "/.*"$`));
      }
    });
  }
});

describe("what stands in the way of WebHDFS over HTTPS is named too", { concurrency: 3 }, () => {
  const cases: readonly (readonly [string, () => Env, RegExp])[] = [
    [
      "no authority",
      () => ({ ...cluster.env(), WEBHDFS_CA: "" }),
      /certificate.*; set WEBHDFS_CA to the PEM file of the authority/,
    ],
    [
      "another authority",
      () => ({ ...cluster.env(), WEBHDFS_CA: cluster.certificates().otherCaPath }),
      /certificate.*; set WEBHDFS_CA to the PEM file of the authority/,
    ],
    [
      "another name than the certificate's",
      () => ({ ...cluster.env(), WEBHDFS_URL: cluster.hdfs().url.replace("127.0.0.1", "localhost") }),
      /name the NameNode in WEBHDFS_URL as its certificate does/,
    ],
    [
      "http where it must be https",
      () => ({ ...cluster.env(), WEBHDFS_URL: cluster.hdfs().url.replace("https", "http"), WEBHDFS_CA: "" }),
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
  const owner = () => configOf(cluster.env()).hdfs;
  const stranger = "stranger";

  async function ownedLake(permission: string): Promise<Env> {
    const env = cluster.env();
    const lake = { ...owner(), lakeDir: env.LAKE_DIR ?? "" };
    await openHdfs(lake).makeDirectory(lake.lakeDir);
    await openHdfsClient(lake, 5000).ask("PUT", "setpermission", lake.lakeDir, { permission });
    return env;
  }

  test("by land, where the lake belongs to somebody else", async () => {
    const env = await ownedLake("755");
    assert.equal((await run(["publish", cluster.fewEvents], env)).code, 0);
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
    assert.equal((await run(["publish", cluster.fewEvents], env)).code, 0);
    const line = assertFailure(await run(["reset", "--yes"], { ...env, HDFS_USER: stranger }), 1);
    assert.match(
      line,
      new RegExp(`user stranger has no \\w+ access to .*, which belongs to ${owner().user}:`),
    );
    assert.equal((await readAll(configOf(env).kafka)).length, 50);
  });
});

describe("passwords and tokens", () => {
  test("are in nothing that commands print or write, nor in any command line, also where they fail and tell all", async () => {
    const env = { ...cluster.env(), USER_ACTIVITY_DEBUG: "1", HDFS_DELEGATION_TOKEN: `${mark}-token` };
    assert.equal((await run(["publish", cluster.fewEvents], env)).code, 0);
    const failing: readonly Env[] = [
      { KAFKA_SASL_PASSWORD: `${mark} wrong` },
      { KAFKA_SASL_MECHANISM: "PLAIN", KAFKA_SASL_PASSWORD: `${mark} wrong` },
      { KAFKA_SSL_CA: cluster.certificates().otherCaPath },
      { WEBHDFS_CA: cluster.certificates().otherCaPath },
      { WEBHDFS_URL: "https://127.0.0.1:9" },
      { KAFKA_TOPIC: "not a topic" },
    ];
    for (const more of failing)
      assert.notEqual((await run(["land", "--give-up", "1"], { ...env, ...more })).code, 0);
    assert.ok(
      cluster.told.some((text) => /^\s+at /m.test(text)),
      "a stack trace was among it",
    );
    cluster.assertNothingTold([mark]);
  });
});
