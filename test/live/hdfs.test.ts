import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type HdfsConfig, readConfig } from "user-activity/dist/base/config";
import { type Hdfs, openHdfs } from "user-activity/dist/hdfs/hdfs";
import { type ServiceName, startServices, stopServices } from "user-activity/dist/services/services";
import { failsWith } from "../helpers/troubled-hdfs";

const root = `/test-hdfs-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "user-activity-hdfs-"));
let config: HdfsConfig;
let hdfs: Hdfs;
let started: ServiceName[] = [];
let made = 0;

before(async () => {
  started = await startServices(["hdfs"]);
  config = readConfig().hdfs;
  hdfs = openHdfs(config);
});
after(async () => {
  rmSync(folder, { recursive: true });
  await hdfs.remove(root, { recursive: true });
  await stopServices(started);
});

/** A directory of one test's own. */
async function ownDirectory(): Promise<string> {
  const path = `${root}/${++made}`;
  await hdfs.makeDirectory(path);
  return path;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const namesIn = async (path: string) => (await hdfs.list(path)).map((entry) => entry.name);

describe("writing and reading", () => {
  test("reads back the bytes it wrote, and tells their number", async () => {
    const path = `${await ownDirectory()}/bytes`;
    const bytes = randomBytes(100_000);
    assert.equal(await hdfs.write(path, bytes), 100_000);
    assert.deepEqual(await hdfs.read(path), bytes);
  });

  test("writes an empty file, from bytes and from a local file", async () => {
    const directory = await ownDirectory();
    const file = join(folder, "empty");
    writeFileSync(file, "");
    assert.equal(await hdfs.write(`${directory}/bytes`, new Uint8Array(0)), 0);
    assert.equal(await hdfs.write(`${directory}/file`, { file }), 0);
    assert.equal((await hdfs.read(`${directory}/bytes`)).length, 0);
    assert.equal((await hdfs.stat(`${directory}/file`))?.bytes, 0);
  });

  test("overwrites a longer file whole", async () => {
    const path = `${await ownDirectory()}/again`;
    await hdfs.write(path, bytesOf("a longer text"));
    await hdfs.write(path, bytesOf("short"));
    assert.equal(String(await hdfs.read(path)), "short");
  });

  test("makes the parent directories of a file", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/a/b/c`, bytesOf("x"));
    assert.equal((await hdfs.stat(`${directory}/a/b`))?.type, "directory");
  });

  test("streams a local file of 20 MB and never holds it whole", async () => {
    const path = `${await ownDirectory()}/large`;
    const file = join(folder, "large");
    const content = randomBytes(20_000_000);
    writeFileSync(file, content);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heldNow = () => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const before = heldNow();
    let most = before;
    let sampler: NodeJS.Timeout;
    const sample = () => {
      most = Math.max(most, heldNow());
      sampler = setTimeout(sample, 15); // after a collection, so that the upload goes on between two
    };
    sampler = setTimeout(sample, 15);
    try {
      assert.equal(await hdfs.write(path, { file }), content.length);
    } finally {
      clearTimeout(sampler);
    }
    assert.ok(most - before < 8_000_000, `held ${most - before} bytes`);
    assert.ok((await hdfs.read(path)).equals(content));
  });

  test("says which local file is missing or none, and writes nothing", async () => {
    const path = `${await ownDirectory()}/none`;
    await failsWith(hdfs.write(path, { file: join(folder, "missing") }), join(folder, "missing"), "ENOENT");
    await failsWith(hdfs.write(path, { file: folder }), folder, "expected a file");
    assert.equal(await hdfs.stat(path), undefined);
  });

  test("says that a file to read is missing, or a directory", async () => {
    const directory = await ownDirectory();
    await failsWith(hdfs.read(`${directory}/no`), `hdfs ${directory}/no: read: 404`, "is the path right?");
    await failsWith(hdfs.read(directory), `hdfs ${directory}: read: 404`, "not a file");
  });

  test("says that a directory, or a file in the way, cannot be written to", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/file`, bytesOf("x"));
    await failsWith(
      hdfs.write(directory, bytesOf("x")),
      `hdfs ${directory}: write: 403`,
      "already exists as a directory",
    );
    await failsWith(
      hdfs.write(`${directory}/file/below`, bytesOf("x")),
      "a directory of this path is a file",
    );
    await failsWith(hdfs.makeDirectory(`${directory}/file`), "make directory: 403", "choose another path");
  });
});

describe("names", () => {
  const names = [
    "a b",
    "a%b",
    "a%20b",
    "a+b",
    "a?b",
    "a#b",
    "a&b=c;d",
    "é",
    "日本",
    "😀",
    "a\\b",
    "[a]{b}'\"",
    "~!@$^*()",
    "%2F",
  ];

  test("keeps odd names through every function", async () => {
    const directory = await ownDirectory();
    for (const name of names) {
      const path = `${directory}/${name}/${name}`;
      await hdfs.write(path, bytesOf(name));
      assert.equal(String(await hdfs.read(path)), name);
      assert.equal(await hdfs.rename(path, `${path}.1`), true);
      await hdfs.replace(`${path}.1`, `${path}.2`);
      const [entry, ...others] = await hdfs.list(`${directory}/${name}`);
      assert.deepEqual([entry?.name, entry?.path, others.length], [`${name}.2`, `${path}.2`, 0]);
    }
    assert.deepEqual(await namesIn(directory), [...names].sort());
    for (const name of names)
      assert.equal(await hdfs.remove(`${directory}/${name}`, { recursive: true }), true);
    assert.deepEqual(await namesIn(directory), []);
  });

  test("refuses what HDFS cannot hold, in either place of a rename", async () => {
    const wrong = ["", "relative", "/a:b", "/a//b", "/a/", "/a/./b", "/a/../b", "/..", "/a\nb", "/\ud800"];
    for (const path of wrong) {
      await failsWith(hdfs.stat(path), `received ${JSON.stringify(path)}`, "use another name");
      await failsWith(hdfs.rename("/a", path), "use another name");
      await failsWith(hdfs.remove(path, { recursive: true }), "use another name");
    }
    assert.equal((await hdfs.stat("/"))?.type, "directory");
    assert.equal(await hdfs.stat(`${root}/..a/...`), undefined);
  });
});

describe("looking", () => {
  test("tells type, length, owner and time of what is there", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/b`, bytesOf("four"));
    await hdfs.makeDirectory(`${directory}/a`);
    const entries = await hdfs.list(directory);
    assert.deepEqual(
      entries.map(({ name, type, bytes, owner }) => ({ name, type, bytes, owner })),
      [
        { name: "a", type: "directory", bytes: 0, owner: config.user },
        { name: "b", type: "file", bytes: 4, owner: config.user },
      ],
    );
    assert.ok(entries.every((entry) => new Date(entry.modifiedMs).getUTCFullYear() >= 2024));
    assert.deepEqual(await hdfs.stat(`${directory}/b`), entries[1]);
  });

  test("finds nothing where nothing is", async () => {
    const directory = await ownDirectory();
    assert.equal(await hdfs.stat(`${directory}/no`), undefined);
    assert.deepEqual(await hdfs.list(`${directory}/no`), []);
    assert.deepEqual(await hdfs.list(directory), []);
  });

  test("does not list a file", async () => {
    const path = `${await ownDirectory()}/file`;
    await hdfs.write(path, bytesOf("x"));
    await failsWith(hdfs.list(path), `hdfs ${path}: list: expected a directory, received a file`);
  });
});

describe("moving", () => {
  test("renames a file, and refuses where one is, changing nothing", async () => {
    const directory = await ownDirectory();
    for (const name of ["a", "b"]) await hdfs.write(`${directory}/${name}`, bytesOf(name));
    assert.equal(await hdfs.rename(`${directory}/a`, `${directory}/b`), false);
    assert.equal(String(await hdfs.read(`${directory}/b`)), "b");
    assert.equal(await hdfs.rename(`${directory}/a`, `${directory}/c`), true);
    assert.deepEqual(await namesIn(directory), ["b", "c"]);
  });

  test("moves nothing inside a directory that is there", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/file`, bytesOf("x"));
    for (const name of ["from", "to"]) await hdfs.makeDirectory(`${directory}/${name}`);
    assert.equal(await hdfs.rename(`${directory}/file`, `${directory}/to`), false);
    assert.equal(await hdfs.rename(`${directory}/from`, `${directory}/to`), false);
    await failsWith(hdfs.replace(`${directory}/file`, `${directory}/to`), "replace", "remove what is there");
    assert.deepEqual(await namesIn(directory), ["file", "from", "to"]);
    assert.deepEqual(await namesIn(`${directory}/to`), []);
  });

  test("tells a missing source from a missing parent and from a parent that is a file", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/file`, bytesOf("x"));
    const from = `${directory}/file`;
    await failsWith(
      hdfs.rename(`${directory}/no`, `${directory}/b`),
      `hdfs ${directory}/no: rename to ${directory}/b: 404`,
      "source",
    );
    await failsWith(hdfs.rename(from, `${directory}/no/b`), "make the parent directory first");
    await failsWith(hdfs.rename(from, `${from}/b`), "a directory of this path is a file");
    await failsWith(hdfs.replace(`${directory}/no`, from), `hdfs ${directory}/no: replace ${from}: 404`);
    assert.deepEqual(await namesIn(directory), ["file"]);
  });

  test("lets exactly one of two win that want the same name at once", async () => {
    const directory = await ownDirectory();
    for (let round = 0; round < 10; round++) {
      const [a, b, target] = ["a", "b", "target"].map((name) => `${directory}/${name}${round}`) as [
        string,
        string,
        string,
      ];
      await Promise.all([a, b].map((path) => hdfs.write(path, bytesOf(path))));
      const won = await Promise.all([a, b].map((path) => hdfs.rename(path, target)));
      assert.deepEqual([...won].sort(), [false, true]);
      assert.equal(String(await hdfs.read(target)), won[0] ? a : b);
      assert.notEqual(await hdfs.stat(won[0] ? b : a), undefined);
    }
  });

  test("replaces a file, and moves to where none is", async () => {
    const directory = await ownDirectory();
    for (const name of ["old", "new"]) await hdfs.write(`${directory}/${name}`, bytesOf(name));
    await hdfs.replace(`${directory}/new`, `${directory}/old`);
    assert.equal(String(await hdfs.read(`${directory}/old`)), "new");
    await hdfs.replace(`${directory}/old`, `${directory}/other`);
    assert.deepEqual(await namesIn(directory), ["other"]);
  });
});

describe("making and removing", () => {
  test("makes a directory with its parents, and again", async () => {
    const path = `${await ownDirectory()}/a/b`;
    await hdfs.makeDirectory(path);
    await hdfs.makeDirectory(path);
    assert.equal((await hdfs.stat(path))?.type, "directory");
  });

  test("removes what is there, says where nothing was, and keeps a full directory unless told", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/a/file`, bytesOf("x"));
    await failsWith(hdfs.remove(`${directory}/a`), `hdfs ${directory}/a: remove: 403`, "recursively");
    assert.equal(await hdfs.remove(`${directory}/a/file`), true);
    assert.equal(await hdfs.remove(`${directory}/a/file`), false);
    assert.equal(await hdfs.remove(`${directory}/a`), true);
    assert.equal(await hdfs.remove(`${directory}/a`, { recursive: true }), false);
  });
});

describe("another user", () => {
  test("is told who lacks what and whose it is, by every function", async () => {
    const directory = await ownDirectory();
    await hdfs.write(`${directory}/file`, bytesOf("x"));
    await fetch(
      `${config.url}/webhdfs/v1${directory}?op=SETPERMISSION&permission=700&user.name=${config.user}`,
      { method: "PUT" },
    );
    const stranger = openHdfs({ ...config, user: "stranger" });
    const path = `${directory}/file`;
    const calls: readonly [string, () => Promise<unknown>][] = [
      ["list", () => stranger.list(directory)],
      ["stat", () => stranger.stat(path)],
      ["stat", () => stranger.read(path)],
      ["write", () => stranger.write(`${directory}/new`, bytesOf("x"))],
      ["rename", () => stranger.rename(path, `${directory}/b`)],
      ["replace", () => stranger.replace(path, `${directory}/b`)],
      ["make directory", () => stranger.makeDirectory(`${directory}/new`)],
      ["remove", () => stranger.remove(path)],
    ];
    for (const [doing, call] of calls) {
      await failsWith(
        call(),
        `: ${doing}`,
        "user stranger has no",
        `${directory}, which belongs to ${config.user}:`,
        "HDFS_USER",
      );
    }
    assert.deepEqual(await namesIn(directory), ["file"]);
  });
});

test("the proxies that the environment names are not gone through", async () => {
  const names = ["HTTP_PROXY", "http_proxy"];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = "http://127.0.0.1:1";
  try {
    assert.equal((await hdfs.stat("/"))?.type, "directory");
  } finally {
    names.forEach((name, index) => {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    });
  }
});
