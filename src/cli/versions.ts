import type { Command } from "commander";
import { ServiceError } from "../base/errors";
import { formatTable } from "../base/terminal";
import { formatCount, formatCountOf, formatMegabytes } from "../base/text";
import type { VersionReport, VersionsReport } from "../landing/history";
import { withProgress } from "./progress";
import { type JsonOption, parseCount, print, withNeeded } from "./tools";

/** Adds `versions` to the command line. */
export function addVersionsCommand(program: Command): void {
  const versions = program
    .command("versions")
    .description(
      "lists the versions of the tables: as of which commit each is, what it changed, who needs it",
    )
    .option("--limit <count>", "list so many of the last, beside those that are pinned", parseCount, 20)
    .option(
      "--json",
      "print JSON: lakeDir, versions (version, committedAt, kind, path, rowCounts, changed, files, pins), count, pins (name, version, owner, pinnedAt), heldBytes",
    )
    .action(runVersions);
  versions
    .command("pin")
    .description("keeps a version until it is unpinned, whatever --keep-versions says")
    .argument("<name>", "what the pin is called, as in report-2026-11")
    .argument("<version>", "the commit's number", parseCount)
    .action(runPin);
  versions
    .command("path")
    .description("prints the HDFS directory of a version, below which the tables are")
    .argument("[version]", "a commit's number, a time or a pin's name (default: the newest)")
    .action(runPath);
  versions
    .command("unpin")
    .description("removes a pin; the version goes when it is due")
    .argument("<name>", "what the pin is called")
    .action(runUnpin);
}

async function runVersions(options: JsonOption & { readonly limit: number }): Promise<void> {
  const { readVersions } = await import("../landing/history.js");
  const work = () =>
    withProgress(
      "reading versions",
      () => readVersions(options),
      ({ count }) => formatCountOf(count, "version"),
    );
  print(await withNeeded(["hdfs"], work), options, formatVersions);
}

/** A line a version, newest first, and below it what they hold. */
export function formatVersions({ lakeDir, versions, count, heldBytes }: VersionsReport): string {
  if (count === 0)
    return `no versions in ${lakeDir}: "npx user-activity doctor" says whether they can be made, and "npx user-activity land" makes them`;
  const rows = versions.map((one) => {
    const { version, committedAt, kind, rowCounts, pins } = one;
    const time = `${committedAt.slice(0, 19)}Z`;
    return [
      `${version}`,
      time,
      kind,
      formatCount(rowCounts.raw_data ?? 0),
      describeChange(one),
      pins.join(", "),
    ];
  });
  const head = ["version", "committed", "by", "rows of raw_data", "what changed", "pinned as"];
  const more =
    count > versions.length ? [`${formatCount(count - versions.length)} older ones are not listed`] : [];
  const held = heldBytes === null ? [] : [`they hold ${formatMegabytes(heldBytes)} that the tables do not`];
  const newest = `the newest is at ${versions[0]?.path ?? lakeDir}`;
  return `${formatTable(head, rows, [0, 3])}\n${[newest, ...held, ...more].join("; ")}`;
}

/** Rows that came and went, files that were merged. */
function describeChange({ changed, files }: VersionReport): string {
  const rows = Object.entries(changed).flatMap(([table, count]) =>
    count === 0 ? [] : [`${table} ${count > 0 ? "+" : "-"}${formatCount(Math.abs(count))}`],
  );
  const merged = Object.entries(files).flatMap(([table, { before, after }]) =>
    after < before ? [`${table} ${formatCount(before)} files to ${formatCount(after)}`] : [],
  );
  return [...rows, ...merged].join(", ");
}

async function runPin(name: string, version: number): Promise<void> {
  const { pinVersion } = await import("../lake/pins.js");
  await withNeeded(["hdfs"], async () => {
    const pin = await pinVersion(await openConfigured(), name, version);
    process.stdout.write(`version ${pin.version} is pinned as ${pin.name}\n`);
  });
}

async function runUnpin(name: string): Promise<void> {
  const { unpinVersion } = await import("../lake/pins.js");
  await withNeeded(["hdfs"], async () => {
    const { version } = await unpinVersion(await openConfigured(), name);
    process.stdout.write(`version ${version} is not pinned as ${name} any more\n`);
  });
}

async function runPath(at: string | undefined): Promise<void> {
  const { openAt, openNewest } = await import("../lake/as-of.js");
  const { directoryOf } = await import("../lake/lake.js");
  await withNeeded(["hdfs"], async () => {
    const lake = await openConfigured();
    const reading = at === undefined ? await openNewest(lake) : await openAt(lake, at);
    if (reading.version === null)
      throw new ServiceError(
        `hdfs ${directoryOf(lake)}: expected a version, received none of the last commit; "npx user-activity doctor" says whether they can be made, and "npx user-activity land" makes them`,
      );
    process.stdout.write(`${directoryOf(reading.lake)}\n`);
  });
}

async function openConfigured() {
  const { readConfig } = await import("../base/config.js");
  const { openLake } = await import("../lake/lake.js");
  return openLake(readConfig().hdfs);
}
