import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { listUrls, readConfig } from "user-activity/dist/base/config";
import { UsageError } from "user-activity/dist/base/errors";
import { projectPath } from "user-activity/dist/base/paths";

describe("the environment", () => {
  test("has defaults for everything, and an empty variable counts as not set", () => {
    const { kafka, hdfs } = readConfig({ KAFKA_BROKERS: "", WEBHDFS_URL: "", LAKE_DIR: "" });
    assert.match(kafka.brokers.join(), /^127\.0\.0\.1:\d+$/);
    assert.match(hdfs.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(
      { ...kafka, brokers: [], ...hdfs, url: "" },
      {
        brokers: [],
        topic: "assessments",
        group: "user-activity",
        external: false,
        ssl: false,
        caPath: undefined,
        sasl: undefined,
        url: "",
        user: userInfo().username,
        lakeDir: "/user-activity",
      },
    );
  });

  test("names an existing cluster, which is then external", () => {
    const { kafka, hdfs } = readConfig({
      KAFKA_BROKERS: " a.example:9092 ,b-2:19092",
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_SASL_USERNAME: "u",
      KAFKA_SASL_PASSWORD: " p ",
      KAFKA_SSL_CA: "kafka.pem",
      WEBHDFS_URL: "https://namenode.example:9871/",
      HDFS_USER: "ann",
      HDFS_DELEGATION_TOKEN: "t",
      WEBHDFS_CA: "hdfs.pem",
      LAKE_DIR: "/data/übung 1/",
    });
    assert.deepEqual(kafka, {
      brokers: ["a.example:9092", "b-2:19092"],
      topic: "assessments",
      group: "user-activity",
      external: true,
      ssl: true,
      caPath: "kafka.pem",
      sasl: kafka.sasl,
    });
    assert.deepEqual({ ...kafka.sasl }, { mechanism: "scram-sha-512", username: "u" });
    assert.equal(kafka.sasl?.password, " p ");
    assert.deepEqual(hdfs, {
      url: "https://namenode.example:9871",
      user: "ann",
      lakeDir: "/data/übung 1",
      external: true,
      caPath: "hdfs.pem",
    });
    assert.equal(hdfs.token, "t");
  });

  test("shows no secret to whoever prints the configuration, as a notebook's cell does", () => {
    const config = readConfig({
      KAFKA_BROKERS: "a:1",
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_USERNAME: "u",
      KAFKA_SASL_PASSWORD: "secret-1",
      HDFS_DELEGATION_TOKEN: "secret-2",
    });
    const shown = [inspect(config, { depth: null }), inspect({ ...config.hdfs }), JSON.stringify(config)];
    assert.match(shown.join(), /scram|plain/);
    assert.doesNotMatch(shown.join(), /secret/);
  });

  test("takes no login where the protocol has none", () => {
    const login = { KAFKA_SASL_USERNAME: "u", KAFKA_SASL_PASSWORD: "p" };
    assert.equal(readConfig(login).kafka.sasl, undefined);
  });
});

describe("the file that notebooks publish", () => {
  const shipped = projectPath("data", "assessments.json");

  test("is the shipped one on the default topic and lake, also where these are named", () => {
    const named = { KAFKA_TOPIC: "assessments", LAKE_DIR: "/user-activity/", EVENTS_FILE: "" };
    for (const env of [{}, named]) assert.equal(readConfig(env).eventsFile, shipped);
  });

  test("is none on another topic or lake", () => {
    for (const env of [
      { KAFKA_TOPIC: "mine" },
      { LAKE_DIR: "/mine" },
      { KAFKA_TOPIC: "mine", EVENTS_FILE: "" },
    ])
      assert.equal(readConfig(env).eventsFile, null);
  });

  test("is the one that EVENTS_FILE names, on any topic and lake", () => {
    for (const place of [{}, { KAFKA_TOPIC: "mine" }, { LAKE_DIR: "/mine" }])
      assert.equal(readConfig({ ...place, EVENTS_FILE: "/data/mine.json" }).eventsFile, "/data/mine.json");
  });

  test("counts from the project's folder where the path is relative, whatever the working folder is", (context) => {
    context.mock.method(process, "cwd", () => "/elsewhere");
    assert.equal(readConfig({ EVENTS_FILE: "data/assessments.json" }).eventsFile, shipped);
    assert.equal(
      readConfig({ EVENTS_FILE: "../mine.json" }).eventsFile,
      join(projectPath(), "..", "mine.json"),
    );
  });
});

describe("a wrong variable is named, with what it may be and what it was", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    [
      "KAFKA_BROKERS",
      ["nohost", ",", " ", "a:1,b", "a:0", "a:65536", "a:1,,b:2", "::1:9092", "[::g]:9092", "[a]:9092"],
      "host:port, several separated by commas",
    ],
    [
      "KAFKA_BROKERS",
      ["http://a:9092", "a:1,http://b:2"],
      'host:port, without "http://", several separated by commas',
    ],
    ["KAFKA_GROUP", ["a b", "ü"], "at most 200 letters, digits, '.', '_' and '-'"],
    [
      "KAFKA_TOPIC",
      ["a b", ".", "..", "a/b", "é", "x".repeat(250)],
      "at most 249 letters, digits, '.', '_' and '-', but neither '.' nor '..'",
    ],
    ["KAFKA_SECURITY_PROTOCOL", ["ssl"], "one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"],
    ["KAFKA_SASL_MECHANISM", ["GSSAPI"], "one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"],
    [
      "WEBHDFS_URL",
      [
        "localhost:9870",
        "hdfs://a:8020",
        "http:///x",
        "http://a/b",
        "http://a:b:c",
        "http://a:99999",
        "http://a?b",
      ],
      "http://host:port or https://host:port, without user or path, several separated by commas",
    ],
    ["HDFS_USER", ["a b", "a/b", "a&b"], "a user name"],
    ["EVENTS_FILE", [" "], "the path of a file with events"],
    [
      "ICEBERG",
      ["yes", "hdfs://", "hdfs://a:1/lake"],
      "on, off, or what paths begin with, as in hdfs://namenode:8020",
    ],
    [
      "LAKE_DIR",
      ["x", "/", "/a:b", "/a//b", "/a/../b", "/a/.", "/a\tb"],
      "an absolute HDFS path below /, without ':', '//', '.' or '..'",
    ],
  ];
  for (const [name, values, expected] of cases) {
    for (const value of values) {
      test(`${name}=${JSON.stringify(value).slice(0, 40)}`, () => {
        const shown = value.length > 80 ? `${value.slice(0, 80)}...` : value;
        const message = `${name}: expected ${expected}, received ${JSON.stringify(shown)}`;
        assert.throws(() => readConfig({ [name]: value }), { name: "UsageError", message, exitCode: 2 });
      });
    }
  }

  test("several, a line each", () => {
    assert.throws(() => readConfig({ KAFKA_TOPIC: "a b", LAKE_DIR: "x" }), {
      message: /^KAFKA_TOPIC: .+\nLAKE_DIR: .+$/,
    });
  });

  test("but never a secret", () => {
    for (const env of [
      { WEBHDFS_URL: "http://ann:secret@a:9870" },
      { KAFKA_BROKERS: "ann:secret@a:9092" },
      { HDFS_DELEGATION_TOKEN: "   " },
    ]) {
      assert.throws(
        () => readConfig(env),
        (error: Error) => /received something else$/.test(error.message) && !/secret/.test(error.message),
      );
    }
  });
});

describe("several NameNodes", () => {
  test("are the addresses of WEBHDFS_URL in their order", () => {
    const { hdfs } = readConfig({ WEBHDFS_URL: "https://a:1/, https://b:2" });
    assert.deepEqual(listUrls(hdfs), ["https://a:1", "https://b:2"]);
    assert.equal(hdfs.url, "https://a:1");
  });

  test("are all held to what an address is", () => {
    assert.throws(() => readConfig({ WEBHDFS_URL: "http://a:1,b:2" }), /^UsageError: WEBHDFS_URL: expected/);
    assert.throws(() => readConfig({ WEBHDFS_URL: "http://a:1," }), /^UsageError: WEBHDFS_URL: expected/);
  });
});

describe("security that cannot be", () => {
  test("SASL without a name and a password says which is missing", () => {
    const env = { KAFKA_BROKERS: "a:1", KAFKA_SECURITY_PROTOCOL: "SASL_SSL", KAFKA_SASL_USERNAME: "u" };
    assert.throws(
      () => readConfig(env),
      /^UsageError: KAFKA_SECURITY_PROTOCOL: expected KAFKA_SASL_PASSWORD with/,
    );
  });

  test("an authority that nothing would be checked against is refused", () => {
    const kafka = { KAFKA_BROKERS: "a:1", KAFKA_SSL_CA: "ca.pem" };
    assert.throws(() => readConfig(kafka), /^UsageError: KAFKA_SSL_CA: expected KAFKA_SECURITY_PROTOCOL SSL/);
    const hdfs = { WEBHDFS_URL: "http://a:1", WEBHDFS_CA: "ca.pem" };
    assert.throws(() => readConfig(hdfs), /^UsageError: WEBHDFS_CA: expected a WEBHDFS_URL of https:/);
  });

  test("the embedded broker is not asked for SSL", () => {
    assert.throws(() => readConfig({ KAFKA_SECURITY_PROTOCOL: "SSL" }), UsageError);
  });
});
