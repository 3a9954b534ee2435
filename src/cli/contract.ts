import type { Command } from "commander";
import { addContractDiffCommand } from "./contract-diff";
import { addProposeCommand } from "./contract-propose";
import { type JsonOption, print, type QueryTools } from "./tools";

/** Adds `contract` to the command line. */
export function addContractCommand(program: Command, tools: QueryTools): void {
  const contract = program
    .command("contract")
    .description("what an event must be and what becomes of it, from one file")
    .helpCommand(false)
    .addHelpText("after", fileHelp);
  contract
    .command("check")
    .description("says what is wrong in a contract, with its line; exit code 1 where anything is")
    .argument("[file]", "default: CONTRACT, or the shipped one")
    .option("--json", "print JSON: file, problems (line, where, expected, received, hint)")
    .action(runCheck);
  contract
    .command("show")
    .description("shows a contract as tables: each column with where it comes from and what it asks for")
    .argument("[file]", "default: CONTRACT, or the shipped one")
    .option("--json", "print JSON: id, version, source, identity, unknownPaths, tables, summaries")
    .action(runShow);
  addProposeCommand(contract, tools);
  addContractDiffCommand(contract, tools);
}

const fileHelp = `
A contract is a file in the Open Data Contract Standard 3.1; docs/contract.md says what its fields mean. CONTRACT names
the one by which publish, land, verify and replay go: default data/assessments.odcs.yaml.`;

async function toPath(file: string | undefined): Promise<string> {
  const { findFile } = await import("../base/paths.js");
  if (file !== undefined) return findFile(file);
  const { readConfig } = await import("../base/config.js");
  return readConfig().contractFile;
}

async function runCheck(file: string | undefined, options: JsonOption): Promise<void> {
  const { readContractFile } = await import("../contract/read.js");
  const { ContractError, formatProblem } = await import("../contract/problems.js");
  const { countContract } = await import("../contract/words.js");
  const path = await toPath(file);
  try {
    const contract = readContractFile(path);
    print({ file: path, problems: [] }, options, () => `${path}: in order: ${countContract(contract)}`);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const { problems } = error;
    print({ file: path, problems }, options, () =>
      problems.map((one) => formatProblem(path, one)).join("\n"),
    );
    process.exitCode = 1;
  }
}

async function runShow(file: string | undefined, options: JsonOption): Promise<void> {
  const { readContractFile } = await import("../contract/read.js");
  const { formatContract } = await import("../contract/words.js");
  print(readContractFile(await toPath(file)), options, (contract) =>
    formatContract(contract, process.stdout.columns),
  );
}
