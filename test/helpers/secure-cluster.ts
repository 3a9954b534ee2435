import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { type Certificates, makeCertificates } from "./certificates";
import { type Ended, runCli } from "./cli-process";
import { eventsFile, ownFolder } from "./live-lake";
import { type SecureHdfs, startSecureHdfs } from "./secure-hdfs";
import { type Protocol, type SecureKafka, startSecureKafka } from "./secure-kafka";
import { watchCommandLines } from "./watch-processes";

export type Env = Readonly<Record<string, string>>;

/** In every secret of these tests, so that one search finds them all. */
export const mark = "s3cretMark";
const user = { name: "ann", password: `${mark} ß=1$` };

/** A Kafka and an HDFS that ask for TLS and a login, for the tests of this file; they are stopped after it. */
export function useSecureCluster() {
  const started: { kafka?: SecureKafka; hdfs?: SecureHdfs; certificates?: Certificates } = {};
  after(() => Promise.all([started.kafka?.stop(), started.hdfs?.stop()])); // before their folder goes
  const folder = ownFolder();
  const localDir = join(folder, "local"); // for what the commands write beside their results
  const fewEvents = join(folder, "few.json");
  const told: string[] = [];
  let made = 0;
  before(async () => {
    mkdirSync(localDir);
    const events = JSON.parse(readFileSync(eventsFile, "utf8")) as object[];
    writeFileSync(fewEvents, JSON.stringify(events.slice(0, 50)));
    started.certificates = makeCertificates(folder);
    const kafka = startSecureKafka(folder, started.certificates, user);
    const hdfs = startSecureHdfs(folder, started.certificates);
    [started.kafka, started.hdfs] = await Promise.all([kafka, hdfs]);
  });
  const get = <K extends keyof typeof started>(key: K) =>
    started[key] ?? assert.fail(`${key} is not there yet`);

  /** The environment that reaches them, with a topic and a lake of this call's own. */
  const env = (protocol: Protocol = "SASL_SSL", mechanism = "SCRAM-SHA-512"): Env => {
    const own = `secure-${++made}`;
    const { caPath } = get("certificates");
    const login = { KAFKA_SASL_USERNAME: user.name, KAFKA_SASL_PASSWORD: user.password };
    return {
      USER_ACTIVITY_LOCAL_DIR: localDir,
      KAFKA_BROKERS: get("kafka").brokers[protocol],
      KAFKA_TOPIC: own,
      KAFKA_SECURITY_PROTOCOL: protocol,
      ...(protocol.endsWith("SSL") ? { KAFKA_SSL_CA: caPath } : {}),
      ...(protocol.startsWith("SASL") ? { KAFKA_SASL_MECHANISM: mechanism, ...login } : {}),
      WEBHDFS_URL: get("hdfs").url,
      WEBHDFS_CA: caPath,
      LAKE_DIR: `/${own}`,
    };
  };

  /** Runs a command and keeps what it prints, and the command lines of it and its children. */
  const run = async (args: readonly string[], env: Env): Promise<Ended> => {
    let stop = (): readonly string[] => [];
    const onStart = ({ pid = 0 }) => {
      stop = watchCommandLines(pid);
    };
    const ended = await runCli(args, { env, onStart });
    const seen = stop();
    assert.ok(seen.length > 0, "the command was seen while it ran");
    told.push(ended.stdout, ended.stderr, ...seen);
    return ended;
  };

  /** Holds all that was printed, shown and written so far to tell none of these secrets. */
  const assertNothingTold = (secrets: readonly string[]): void => {
    const files = readdirSync(localDir, { recursive: true, encoding: "utf8" })
      .map((name) => join(localDir, name))
      .filter((path) => statSync(path).isFile());
    for (const text of [...told, ...files.map((path) => readFileSync(path, "latin1"))]) {
      for (const secret of secrets) assert.ok(!text.includes(secret), text.slice(0, 2000));
    }
  };

  return {
    env,
    run,
    assertNothingTold,
    told: told as readonly string[],
    folder,
    fewEvents,
    kafka: () => get("kafka"),
    hdfs: () => get("hdfs"),
    certificates: () => get("certificates"),
  };
}

/** As the environment has it, but nothing of the machine's own. */
export function configOf(env: Env): Config {
  return readConfig(env);
}
