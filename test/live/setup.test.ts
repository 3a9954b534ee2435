import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { ownFolder } from "../helpers/live-lake";
import { beginProgram, ownEnvironment } from "../helpers/own-services";

const jar = join(localDir, "jars", "kafka", "jspecify-1.0.0.jar");

describe("the jars", () => {
  const sha256 = createHash("sha256").update(readFileSync(jar)).digest("hex");
  const file = "org/jspecify/jspecify/1.0.0/jspecify-1.0.0.jar";

  /** Resolves one jar with a Maven cache that holds another file in its place; `served` is what can be downloaded. */
  async function resolve(served: Buffer) {
    const home = ownFolder();
    const [lock, folder, cached] = ["jgo.lock.toml", "jars", `cache/${file}`].map((name) =>
      join(home, name),
    ) as [string, string, string];
    const server = createServer((request, reply) => {
      if (request.url?.endsWith(".jar")) reply.end(served);
      else reply.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    after(() => server.close());
    const { port } = server.address() as AddressInfo;
    mkdirSync(join(cached, ".."), { recursive: true });
    writeFileSync(cached, "cut while it was downloaded");
    writeFileSync(join(home, ".jgorc"), `[repositories]\ncentral = http://127.0.0.1:${port}\n`);
    const dependency = {
      groupId: "org.jspecify",
      artifactId: "jspecify",
      version: "1.0.0",
      packaging: "jar",
      sha256,
    };
    const lines = Object.entries(dependency).map(([name, value]) => `${name} = "${value}"`);
    writeFileSync(lock, `[[dependencies]]\n${lines.join("\n")}\n`);
    const { XDG_CONFIG_HOME, ...rest } = process.env;
    const env = {
      ...rest,
      HOME: home,
      M2_REPO: join(home, "cache"),
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    };
    const python = join(localDir, "tools", "bin", "python");
    const outcome = await beginProgram(python, [projectPath("local", "setup", "jars.py"), lock, folder], env)
      .ended;
    return { ...outcome, cached, linked: join(folder, "jspecify-1.0.0.jar") };
  }

  test("are downloaded once more where the one in the machine's cache has another hash", async () => {
    const { code, stdout, stderr, linked } = await resolve(readFileSync(jar));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /jars 1 of 1/);
    assert.deepEqual(readFileSync(linked), readFileSync(jar));
  });

  test("are refused, and kept out of the cache, where the downloaded one has another hash, too", async () => {
    const { code, stderr, cached, linked } = await resolve(Buffer.from("not what was locked"));
    assert.equal(code, 1);
    assert.match(stderr, /^jspecify-1\.0\.0\.jar: expected sha256 1fad6e[0-9a-f]+, received [0-9a-f]{64}$/m);
    assert.ok(!existsSync(cached));
    assert.ok(!existsSync(linked));
  });
});

/** Runs what follows with a mount that no one else sees and that goes with it. */
const inMount = ["unshare", "--map-root-user", "--mount", "sh", "-c"];
const cannotMount =
  spawnSync("unshare", [...inMount.slice(1), "mount -t tmpfs none /mnt"]).status === 0
    ? false
    : "mounts are not allowed here";
const isRoot = process.getuid?.() === 0;

const commands: [string, string[]][] = [
  ["npm run setup", [projectPath("local", "setup", "setup.mjs")]],
  ["services start", [projectPath("src", "bin", "user-activity.js"), "services", "start"]],
  ["land", [projectPath("src", "bin", "user-activity.js"), "land"]],
];

interface Kind {
  readonly what: string;
  readonly message: RegExp;
  readonly skip: string | false;
  /** Where it is, if not in a new folder. */
  readonly place?: string;
  /** Makes the folder ready and returns how commands are to be run with it. */
  readonly prepare: (folder: string) => readonly string[];
}

const kinds: Kind[] = [
  {
    what: "a file",
    message: /: expected a folder, received a file; move it away and run the (same )?command again/,
    skip: false,
    prepare: (folder) => {
      writeFileSync(folder, "");
      return [];
    },
  },
  {
    what: "where none can be made",
    message: /folder can be made.*; name another in USER_ACTIVITY_LOCAL_DIR/,
    skip: existsSync("/proc/self") ? false : "no /proc",
    place: "/proc/none/local",
    prepare: () => [],
  },
  {
    what: "read-only",
    message: /read-only.*(clone|move) the project to/,
    skip: cannotMount,
    prepare: (folder) => {
      makeReady(folder);
      return [...inMount, 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"', folder];
    },
  },
  {
    what: "missing, on a read-only disk",
    message: /read-only.*(clone|move) the project to/,
    skip: cannotMount,
    prepare: (folder) => {
      return [
        ...inMount,
        `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`,
        join(folder, ".."),
      ];
    },
  },
  {
    what: "another user's",
    message:
      /no permission to write there|may write to, received EACCES; change its owner or its permissions/,
    skip: isRoot ? "root may write everywhere" : false,
    prepare: (folder) => {
      makeReady(folder);
      chmodSync(folder, 0o555);
      return [];
    },
  },
  {
    what: "on a full disk",
    message: /no space left on its disk; |free on its disk, received 0 MB; free some/,
    skip: cannotMount,
    prepare: (folder) => {
      mkdirSync(folder);
      makeReady(`${folder}.ready`);
      const mount = 'mount -t tmpfs -o size=64k none "$0" && cp -a "$0.ready/." "$0"';
      return [
        ...inMount,
        `${mount} && { head -c 1m /dev/zero > "$0/filler" 2>/dev/null; exec "$@"; }`,
        folder,
      ];
    },
  },
];

/** What set-up leaves there that the services need. */
function makeReady(folder: string): void {
  mkdirSync(folder);
  symlinkSync(join(localDir, "jars"), join(folder, "jars"));
  copyFileSync(join(localDir, "java.json"), join(folder, "java.json"));
}

for (const { what, message, skip, place, prepare } of kinds) {
  describe(`a local folder that is ${what}`, { skip }, () => {
    const parent = mkdtempSync(join(tmpdir(), "user-activity-test-"));
    const folder = place ?? join(parent, "local");
    const before = prepare(folder);
    after(() => {
      if (existsSync(folder)) chmodSync(folder, 0o755);
      rmSync(parent, { recursive: true });
    });
    for (const [name, args] of commands) {
      test(`makes ${name} say in one line what to do`, async () => {
        const [command = "", ...rest] = [...before, process.execPath, ...args];
        const { code, stderr } = await beginProgram(command, rest, ownEnvironment(folder)).ended;
        assert.equal(code, 1, stderr);
        const last = stderr.trimEnd().split("\n").at(-1) ?? "";
        assert.match(last, /^(set-up|user-activity): /);
        assert.match(last, message);
        assert.ok(last.includes(place ? "/proc/none" : folder));
        assert.doesNotMatch(stderr, /^\s+at /m);
      });
    }
  });
}
