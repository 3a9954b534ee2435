import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { ServiceError } from "user-activity/dist/base/errors";
import { cacheDirOf, type FetchedPart, fetchParts, type PartCache } from "user-activity/dist/sql/part-cache";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { ownFolder } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";

const table = "grades_ID";
const path = (name: string) => `/lake/${table}/${name}.parquet`;
const bytes = (text: string) => Buffer.from(text);
const contents = (paths: readonly string[]) => paths.map((one) => readFileSync(one, "utf8"));

function createCache() {
  const memory = createMemoryHdfs();
  const fetched: FetchedPart[] = [];
  const lake = { hdfs: memory.hdfs, at: (place: string) => `/lake/${place}`, model: shippedModel };
  const directory = join(ownFolder(), "0123456789abcdef");
  const cache: PartCache = { lake, directory, onFetch: (part) => fetched.push(part) };
  return { memory, cache, fetched };
}

/** Sets a file's time so many minutes back. */
function age(file: string, minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(file, then, then);
}

test("fetches parts once, whole and in the order they were landed", async () => {
  const { memory, cache, fetched } = createCache();
  for (const name of ["part-2", "part-1", "part-3", "_hidden", ".hidden"])
    memory.put(path(name), bytes(name));
  const first = await fetchParts(cache, table);
  assert.deepEqual(contents(first), ["part-1", "part-2", "part-3"]);
  assert.deepEqual(fetched, Array(3).fill({ table, bytes: 6 }));
  assert.deepEqual(await fetchParts(cache, table), first);
  assert.equal(memory.reads.length, 3);
});

test("gives no paths for a table that is not there", async () => {
  assert.deepEqual(await fetchParts(createCache().cache, table), []);
});

test("fetches a part anew when it was replaced, even by one of the same length, and no other", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  memory.put(path("part-2"), bytes("two"));
  await fetchParts(cache, table);
  memory.put(path("part-2"), bytes("TWO"));
  assert.deepEqual(contents(await fetchParts(cache, table)), ["one", "TWO"]);
  assert.deepEqual(memory.reads.map((one) => basename(one, ".parquet")).sort(), [
    "part-1",
    "part-2",
    "part-2",
  ]);
});

test("fetches a copy anew that is not as long as its part", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  const [copy = ""] = await fetchParts(cache, table);
  writeFileSync(copy, "on");
  assert.deepEqual(contents(await fetchParts(cache, table)), ["one"]);
});

test("lists anew where a part is gone or replaced between listing and reading", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  memory.put(path("part-2"), bytes("two"));
  const changes = [() => memory.remove(path("part-1")), () => memory.put(path("part-2"), bytes("TWO"))];
  memory.onRead = () => changes.shift()?.();
  assert.deepEqual(contents(await fetchParts(cache, table)), ["TWO"]);
});

test("gives up, and says so, where a part never stays as it is", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  memory.onRead = () => memory.put(path("part-1"), bytes("one"));
  await assert.rejects(fetchParts(cache, table), (error: Error) => {
    assert.ok(error instanceof ServiceError);
    assert.match(error.message, /grades_ID: expected files that stay as they are.*when the landing is done/);
    return true;
  });
  assert.deepEqual(readdirSync(dirname(cache.directory)), []);
});

test("throws what HDFS throws for a part that is still there", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  memory.onRead = () => {
    throw new ServiceError("hdfs: no DataNode");
  };
  await assert.rejects(fetchParts(cache, table), /no DataNode/);
});

test("removes copies that no part stands for any more, once nobody can be about to read them", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  const [old = ""] = await fetchParts(cache, table);
  memory.put(path("part-1"), bytes("two"));
  const [next = ""] = await fetchParts(cache, table);
  assert.ok(existsSync(old), "a query may have listed just before");
  age(old, 11);
  age(next, 11);
  writeFileSync(join(dirname(old), "left.partial"), "");
  memory.put(path("part-2"), bytes("three"));
  const now = await fetchParts(cache, table);
  assert.deepEqual(
    readdirSync(dirname(old)).sort(),
    [...now.map((one) => basename(one)), "left.partial"].sort(),
  );
  assert.deepEqual(contents(now), ["two", "three"]);
});

test("keeps the time of a copy that is in use young", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  const [copy = ""] = await fetchParts(cache, table);
  age(copy, 9);
  await fetchParts(cache, table);
  memory.put(path("part-2"), bytes("two"));
  memory.remove(path("part-1"));
  await fetchParts(cache, table);
  assert.ok(existsSync(copy));
});

test("removes lakes that nothing was fetched of for a month, and nothing that is no lake", async () => {
  const { memory, cache } = createCache();
  const root = dirname(cache.directory);
  for (const name of ["fedcba9876543210", "0000000000000000", "notes"]) mkdirSync(join(root, name));
  age(join(root, "fedcba9876543210"), 31 * 24 * 60);
  age(join(root, "notes"), 31 * 24 * 60);
  memory.put(path("part-1"), bytes("one"));
  await fetchParts(cache, table);
  assert.deepEqual(readdirSync(root).sort(), ["0000000000000000", "0123456789abcdef", "notes"]);
});

test("removes what a killed query had spilled a day ago", async () => {
  const { memory, cache } = createCache();
  const spills = ["spill-1-1", "spill-2-1"].map((name) => join(cache.directory, name));
  for (const spill of spills) mkdirSync(spill, { recursive: true });
  age(spills[0] ?? "", 25 * 60);
  memory.put(path("part-1"), bytes("one"));
  await fetchParts(cache, table);
  assert.deepEqual(spills.map(existsSync), [false, true]);
});

test("fetches for several at once without getting in each other's way", async () => {
  const { memory, cache } = createCache();
  for (let number = 1; number < 20; number++) memory.put(path(`part-${number}`), bytes(`${number}`));
  const all = await Promise.all([1, 2, 3].map(() => fetchParts(cache, table)));
  assert.deepEqual(all[1], all[0]);
  assert.deepEqual(all[2], all[0]);
  assert.deepEqual(
    readdirSync(join(cache.directory, table)).filter((name) => name.endsWith(".partial")),
    [],
  );
});

test("says where copies can't be kept", async () => {
  const { memory, cache } = createCache();
  memory.put(path("part-1"), bytes("one"));
  writeFileSync(cache.directory, "a file");
  await assert.rejects(fetchParts(cache, table), /0123456789abcdef.*can't keep what was fetched from HDFS/);
});

test("keeps the lakes of two NameNodes apart", () => {
  const { hdfs } = readConfig({});
  const places = [hdfs, { ...hdfs, url: "http://other:9870" }, { ...hdfs, lakeDir: "/other" }];
  assert.equal(new Set(places.map((place) => cacheDirOf(place, "/cache"))).size, 3);
  assert.equal(cacheDirOf(hdfs, "/cache"), cacheDirOf({ ...hdfs, user: "other" }, "/cache"));
});
