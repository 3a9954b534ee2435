import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config, HdfsConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { type DataPackage, type LakeContents, toDataPackage } from "user-activity/dist/lake/catalogue";
import { type Commit, parseCommit } from "user-activity/dist/lake/commit-file";
import { type Lake, openLake, readLakeParts } from "user-activity/dist/lake/lake";
import { toLakeReadme } from "user-activity/dist/lake/readme";
import { isTrue } from "user-activity/dist/lake/versions";
import { verify } from "user-activity/dist/landing/verify";
import { copyLake, python } from "./live-lake";

interface Validation {
  readonly found: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
}

/** Has the package frictionless, and pyarrow, hold a copy of the lake to its catalogue. */
export async function validate(config: Config): Promise<Validation> {
  const lake = openLake(config.hdfs);
  const folder = await copyLake(config);
  writeFileSync(join(folder, "datapackage.json"), await lake.hdfs.read(lake.at("datapackage.json")));
  const script = projectPath("test", "python", "validate_catalogue.py");
  const answer = spawnSync(python, [script, folder], { encoding: "utf8" });
  assert.equal(answer.status, 0, answer.stderr);
  return JSON.parse(answer.stdout);
}

/** What the catalogue says that is not so, by the rows that there are. */
export async function untruthsOf(config: Config): Promise<string[]> {
  return findUntruths(config, (await verify({ config })).checks);
}

/** What a lake's catalogue says that is not so; `rows` are those that were counted in the tables themselves. */
export async function findUntruths(
  config: Config,
  rows: readonly { readonly table: string; readonly received: number }[],
  lake = openLake(config.hdfs),
): Promise<string[]> {
  const contents = await readContents(lake, config.hdfs);
  const received = (await readCatalogue(lake)) ?? "no catalogue";
  const expected = toDataPackage(contents);
  const untruths = [
    ...(JSON.stringify(received) === JSON.stringify(expected) ? [] : [describe(expected, received)]),
    ...((await readText(lake, "README.md")) === toLakeReadme(contents)
      ? []
      : ["README.md is another commit's"]),
  ];
  for (const { name, rows: listed } of expected.resources) {
    const found = rows.find(({ table }) => table === name)?.received;
    if (found !== listed) untruths.push(`${name}: the catalogue says ${listed} rows, there are ${found}`);
  }
  return untruths;
}

/** The files that a catalogue, if there is one, names although no reader finds them; at any time there are none. */
export async function findDangling(config: Config): Promise<string[]> {
  const lake = openLake(config.hdfs);
  const named = (await readCatalogue(lake))?.resources.flatMap(({ path }) => path) ?? [];
  const parts = Object.values(await readLakeParts(lake)).flat();
  return named.filter((path) => !parts.some((part) => part.path === path));
}

/** What is in the lake: the last commit that changed anything, and the files that readers find. */
async function readContents(lake: Lake, { url, lakeDir }: HdfsConfig): Promise<LakeContents> {
  const commits: Commit[] = [];
  for (const { path } of await lake.hdfs.list(lake.at("_commits"))) {
    commits.push(parseCommit((await lake.hdfs.read(path)).toString(), path));
  }
  const commit = commits.findLast(({ kind }) => kind !== "claim");
  if (!commit) throw new Error(`${lakeDir}: nothing has been landed`);
  const isVersion = (await lake.hdfs.access(lakeDir))?.isSnapshottable ?? false;
  if (isVersion && !(await isTrue(lake, commit.number))) throw new Error(`${lakeDir}: no such version`);
  return {
    webhdfsUrl: url,
    lakeDir,
    commit,
    state: commit.state,
    parts: await readLakeParts(lake),
    isVersion,
  };
}

async function readCatalogue(lake: Lake): Promise<DataPackage | undefined> {
  const text = await readText(lake, "datapackage.json");
  return text === undefined ? undefined : JSON.parse(text);
}

async function readText(lake: Lake, name: string): Promise<string | undefined> {
  const path = lake.at(name);
  return (await lake.hdfs.stat(path)) ? (await lake.hdfs.read(path)).toString() : undefined;
}

function describe(expected: DataPackage, received: unknown): string {
  const [wanted, found] = [JSON.stringify(expected), JSON.stringify(received)];
  const at = [...wanted].findIndex((letter, index) => letter !== found[index]);
  const cut = (text: string) => text.slice(Math.max(0, at - 40), at + 80);
  return `datapackage.json: expected ...${cut(wanted)}..., received ...${cut(found)}...`;
}
