import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import { openHdfsClient } from "user-activity/dist/hdfs/failover";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { readGroupOffsets } from "user-activity/dist/kafka/groups";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { assertFailure, parseResult } from "../helpers/cli-process";
import { eventsFile, someEvents } from "../helpers/live-lake";
import { createTopic, readAll, send } from "../helpers/live-topics";
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

describe("a right that is missing is named, with the resource, the principal and the command that grants it", () => {
  /** What the user may not, on a topic of this test's own with a message in it; resolves to the environment. */
  async function deny(
    resourceType: AclResourceTypes,
    operation: AclOperationTypes,
    name?: string,
  ): Promise<Env> {
    const env = cluster.env("SASL_PLAINTEXT", "PLAIN");
    const { topic } = configOf(env).kafka;
    const open = configOf({ ...cluster.env("PLAINTEXT"), KAFKA_TOPIC: topic }).kafka;
    await createTopic(open, 1);
    await send(open, [{ value: "v" }]);
    const resourcePatternType = name ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL;
    const place = { resourceType, resourceName: name ?? topic, resourcePatternType };
    // who may delete on the cluster may delete every topic
    const onCluster = { resourceType: AclResourceTypes.CLUSTER, resourceName: "kafka-cluster" };
    const literal = { resourcePatternType: ResourcePatternTypes.LITERAL };
    const places = operation === AclOperationTypes.DELETE ? [place, { ...onCluster, ...literal }] : [place];
    const who = { principal: "User:ann", host: "*" };
    const all = { permissionType: AclPermissionTypes.ALLOW, operation: AclOperationTypes.ALL };
    const none = { permissionType: AclPermissionTypes.DENY, operation };
    const acl = places.flatMap((one) => [all, none].map((rule) => ({ ...one, ...who, ...rule })));
    await withAdmin(openKafka(open), (admin) => admin.createAcls({ acl }));
    return { ...env, ...(name ? { KAFKA_GROUP: name } : {}) };
  }
  const { TOPIC, GROUP } = AclResourceTypes;
  const cases = [
    ["land", TOPIC, AclOperationTypes.READ, "Read"],
    ["land", TOPIC, AclOperationTypes.DESCRIBE, "Describe"],
    ["publish", TOPIC, AclOperationTypes.WRITE, "Write"],
    ["reset", TOPIC, AclOperationTypes.DELETE, "Delete"],
  ] as const;
  for (const [command, resource, operation, right] of cases)
    test(`${right} on a topic, by ${command}`, async () => {
      const env = await deny(resource, operation);
      const args = { land: ["land"], publish: ["publish", cluster.fewEvents], reset: ["reset", "--yes"] }[
        command
      ];
      const line = assertFailure(await run(args, env), 1);
      assert.match(
        line,
        new RegExp(
          `; User:ann lacks the right ${right} on topic "${env.KAFKA_TOPIC}"; have it granted \\(kafka-acls --add --allow-principal User:ann --operation ${right} --topic ${env.KAFKA_TOPIC}\\)`,
        ),
      );
      if (command === "reset")
        assert.match(line, new RegExp(`; ${env.LAKE_DIR} is deleted, the topic .* is not; `));
    });

  test("Read on groups, by their prefix: land refuses, doctor says so, and another KAFKA_GROUP may", async () => {
    const env = await deny(GROUP, AclOperationTypes.READ, "guarded");
    const lacks =
      /User:ann lacks the right Read on the groups that begin with "guarded" \(KAFKA_GROUP\); have it granted \(kafka-acls .* --operation Read --group guarded --resource-pattern-type prefixed\)/;
    assert.match(assertFailure(await run(["land"], env), 1), lacks);
    const { stdout } = await run(["doctor", "--json"], env);
    assert.match(JSON.stringify(JSON.parse(stdout)).replaceAll("\\", ""), lacks);
    const hidden = await deny(GROUP, AclOperationTypes.DESCRIBE, "hidden");
    assert.match(
      assertFailure(await run(["land"], hidden), 1),
      /; may User:ann Describe and Read the groups that begin with "hidden" \(KAFKA_GROUP\)\?$/,
    );
    const other = { ...env, KAFKA_GROUP: "our-own" };
    assert.equal(parseResult(await run(["land", "--json"], other)).consumed, 1);
    const open = configOf({ ...cluster.env("PLAINTEXT"), KAFKA_TOPIC: env.KAFKA_TOPIC ?? "" }).kafka;
    assert.equal((await readGroupOffsets(open, "our-own")).get(0), 1n);
  });
});

describe("addresses of brokers", () => {
  test("that a broker advertises and nobody answers at are named as such", async () => {
    const env = { ...cluster.env("PLAINTEXT"), KAFKA_BROKERS: cluster.kafka().brokers.ASTRAY };
    assert.match(
      assertFailure(await run(["publish", cluster.fewEvents], env), 1),
      /; "127\.0\.0\.1:1" is what a broker advertises \(advertised\.listeners\), not one of KAFKA_BROKERS: have it/,
    );
  });

  test("of IPv6 are taken in brackets", async (context) => {
    const port = Number(cluster.kafka().brokers.PLAINTEXT.split(":")[1]);
    const server = createServer((socket) => {
      const onward = connect(port, "127.0.0.1");
      socket.on("error", () => onward.destroy()).pipe(onward);
      onward.on("error", () => socket.destroy()).pipe(socket);
    });
    const listening = await new Promise<boolean>((resolve) => {
      server.on("error", () => resolve(false)).listen(0, "::1", () => resolve(true));
    });
    if (!listening) return context.skip("this machine has no ::1");
    const env = {
      ...cluster.env("PLAINTEXT"),
      KAFKA_BROKERS: `[::1]:${(server.address() as AddressInfo).port}`,
    };
    const published = parseResult(await run(["publish", cluster.fewEvents, "--json"], env)).published;
    server.close();
    assert.equal(published, 50);
  });
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
