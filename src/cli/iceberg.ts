import { type Command, InvalidArgumentError } from "commander";
import { ServiceError } from "../base/errors";
import { formatTable } from "../base/terminal";
import { formatCountOf } from "../base/text";
import type { IcebergReport } from "../lake/iceberg";
import { withProgress } from "./progress";
import { type JsonOption, print, withNeeded } from "./tools";

interface IcebergFlags extends JsonOption {
  readonly address?: string;
}

/** Adds `iceberg` to the command line. */
export function addIcebergCommand(program: Command): void {
  program
    .command("iceberg")
    .description(
      "writes the tables' versions as Iceberg, too: metadata beside the tables, over the same files",
    )
    .option(
      "--address <address>",
      "what paths begin with, as in hdfs://namenode:8020 (default: what ICEBERG says, else the NameNode's fs.defaultFS)",
      parseAddress,
    )
    .option("--json", "print JSON: lakeDir, address, tables (table, location, metadata, versions)")
    .action(runIceberg);
}

function parseAddress(text: string): string {
  if (/^[a-z]+:\/\/[^\s/@?#]+\/?$/.test(text)) return text;
  throw new InvalidArgumentError("Expected an address without a path, as in hdfs://namenode:8020.");
}

async function runIceberg(options: IcebergFlags): Promise<void> {
  const work = () =>
    withProgress(
      "writing Iceberg metadata",
      () => exportConfigured(options),
      ({ tables }) => formatCountOf(tables[0]?.versions.length ?? 0, "version"),
    );
  print(await withNeeded(["hdfs"], work), options, formatIceberg);
}

async function exportConfigured({ address }: IcebergFlags): Promise<IcebergReport> {
  const { readConfig } = await import("../base/config.js");
  const { findAddress } = await import("../hdfs/address.js");
  const { openKept } = await import("../lake/contract-file.js");
  const { exportIceberg } = await import("../lake/iceberg.js");
  const { directoryOf, openLake } = await import("../lake/lake.js");
  const { isTrue, listVersions } = await import("../lake/versions.js");
  const { hdfs } = readConfig();
  const lake = await openKept(openLake(hdfs));
  const numbers = (await listVersions(lake)).map(({ number }) => number);
  const last = numbers.at(-1);
  if (last !== undefined && !(await isTrue(lake, last))) numbers.pop(); // one that was made too late, and goes again
  if (numbers.length === 0)
    throw new ServiceError(
      `hdfs ${directoryOf(lake)}: expected versions, whose files the metadata are to lead to, received none; "npx user-activity doctor" says whether they can be made, and "npx user-activity land" makes them`,
    );
  const found = await findAddress(address === undefined ? hdfs : { ...hdfs, iceberg: address });
  return exportIceberg(lake, { address: found, numbers });
}

/** A line a table, with the address that a reader is given. */
export function formatIceberg({ tables }: IcebergReport): string {
  const versions = tables[0]?.versions ?? [];
  const rows = tables.map(({ table, metadata }) => [table, metadata]);
  const last = versions.at(-1);
  const range = versions.length > 1 ? `, and ${formatCountOf(versions.length - 1, "version")} before it` : "";
  return `${formatTable(["table", "metadata"], rows, [])}\nas of version ${last}${range}; docs/iceberg.md says what reads them`;
}
