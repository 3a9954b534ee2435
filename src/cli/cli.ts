import { readFileSync } from "node:fs";
import { Command } from "commander";
import { projectPath } from "../base/paths";
import { addCompactCommand } from "./compact";
import { addContractCommand } from "./contract";
import { addDescribeCommand } from "./describe";
import { addDiffCommand } from "./diff";
import { addDoctorCommand } from "./doctor";
import { addIcebergCommand } from "./iceberg";
import { addInferCommand } from "./infer";
import { interruption } from "./interrupt";
import { addLandCommand } from "./land";
import { addPublishCommand } from "./publish";
import { addQuarantineCommand } from "./quarantine";
import { addQueryCommands } from "./query";
import { addReplayCommand } from "./replay";
import { addResetCommand } from "./reset";
import { addServicesCommand } from "./services";
import { addStatusCommand } from "./status";
import { withNeeded } from "./tools";
import { addVerifyCommand } from "./verify";
import { addVersionsCommand } from "./versions";

/**
 * The command line: every command with its options and what it does; `parseAsync` runs the one that it is given. What a
 * command needs beside its options is loaded when it runs: help and misuse are told at once.
 */
export function buildProgram(): Command {
  const program = new Command("user-activity")
    .description("Takes assessment events from Kafka to tables in HDFS.")
    .version(readVersion())
    .helpCommand(false)
    .configureOutput({ outputError: () => undefined }) // told in one line by main
    .exitOverride()
    .addHelpText("after", environmentHelp);
  const tools = { withNeeded, signal: interruption };
  addServicesCommand(program);
  addPublishCommand(program);
  addInferCommand(program, tools);
  addLandCommand(program);
  addCompactCommand(program);
  addVerifyCommand(program);
  addReplayCommand(program);
  addContractCommand(program, tools);
  addDescribeCommand(program, tools);
  addQueryCommands(program, tools);
  addQuarantineCommand(program, tools);
  addVersionsCommand(program);
  addDiffCommand(program, tools);
  addIcebergCommand(program);
  addStatusCommand(program);
  addDoctorCommand(program);
  addResetCommand(program);
  return program;
}

const environmentHelp = `
Environment (defaults in brackets):
  KAFKA_BROKERS [127.0.0.1:9092]         brokers of an existing cluster; then none is started here
  KAFKA_TOPIC [assessments]
  KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SSL_CA
  WEBHDFS_URL [http://127.0.0.1:9870]    NameNodes of an existing cluster, with commas; then none is started here
  HDFS_USER [the login name], HDFS_DELEGATION_TOKEN, WEBHDFS_CA
  LAKE_DIR [/user-activity]              HDFS directory that holds the tables
  ICEBERG [off]                          on, or an address as in hdfs://namenode:8020: each commit's version as Iceberg, too
  EVENTS_FILE [data/assessments.json]    what notebooks publish; by default nothing into a topic or lake of your own
  CONTRACT [data/assessments.odcs.yaml]  the contract by which events are published, landed, verified and replayed

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 failed, 2 misused, 130 and 143 interrupted.`;

function readVersion(): string {
  const text = readFileSync(projectPath("src", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
