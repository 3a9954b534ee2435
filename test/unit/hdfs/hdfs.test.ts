import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { ServiceError, UsageError } from "user-activity/dist/base/errors";
import { type Hdfs, openHdfs } from "user-activity/dist/hdfs/hdfs";
import { exceptionOf, failsWith, tenBytes, withServer, withTroubled } from "../../helpers/troubled-hdfs";

const config = readConfig().hdfs;
const folder = mkdtempSync(join(tmpdir(), "user-activity-hdfs-"));
after(() => rmSync(folder, { recursive: true }));

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("trouble", () => {
  test("says how to start it where the NameNode is down", async () => {
    const port = await withServer(createSocketServer(), async (free) => free);
    const down = { ...config, url: `http://127.0.0.1:${port}` };
    const calls = (there: Hdfs) => [
      () => there.list("/a"),
      () => there.stat("/a"),
      () => there.read("/a"),
      () => there.write("/a", bytesOf("x")),
      () => there.rename("/a", "/b"),
    ];
    for (const call of calls(openHdfs({ ...down, external: false }))) {
      await failsWith(
        call(),
        `connection refused by 127.0.0.1:${port}`,
        'start it with "npx user-activity services start"',
      );
    }
    for (const call of calls(openHdfs({ ...down, external: true }))) {
      await failsWith(
        call(),
        "connection refused",
        "is the NameNode that WEBHDFS_URL names up and reachable from here?",
      );
    }
  });

  test("gives up on a server that accepts and never answers", async () => {
    const mute = createSocketServer((socket) => socket.resume());
    await withServer(mute, async (port) => {
      const there = openHdfs({ ...config, url: `http://127.0.0.1:${port}` }, { timeoutMs: 200 });
      const calls = [
        there.stat("/a"),
        there.read("/a"),
        there.write("/a", bytesOf("x")),
        there.replace("/a", "/b"),
      ];
      await Promise.all(calls.map((call) => failsWith(call, "nothing came for 0.2 s")));
    });
  });

  test("gives up on a DataNode that stops in the middle of a file", async () => {
    const stall: RequestListener = (_call, reply) =>
      reply.writeHead(200, { "content-length": "10" }).write("12345");
    await withTroubled({ "datanode OPEN": stall }, (there) =>
      failsWith(there.read("/a"), "hdfs /a: read: nothing came for 0.3 s"),
    );
  });

  test("notices a file that came short, was cut off, or arrived short", async () => {
    const short = { "datanode OPEN": [200, "123"], "datanode CREATE": [201, undefined] } as const;
    await withTroubled(short, async (there) => {
      await failsWith(there.read("/a"), "hdfs /a: read: expected 10 bytes, received 5;");
      await failsWith(
        there.write("/a", new Uint8Array(20)),
        "hdfs /a: write: expected 20 bytes, received 10;",
      );
    });
    const cut: RequestListener = (_call, reply) => {
      reply.writeHead(200, { "content-length": "10" }).write("12345", () => reply.destroy());
    };
    await withTroubled({ "datanode OPEN": cut }, (there) =>
      failsWith(there.read("/a"), "hdfs /a: read:", "Repeat it"),
    );
  });

  test("takes no 503 or 507 of a DataNode for success, with or without a body", async () => {
    for (const status of [500, 503, 507]) {
      for (const body of [undefined, exceptionOf("IOException", "no room\n\tat a.stack.trace")]) {
        await withTroubled(
          { "datanode CREATE": [status, body], "datanode OPEN": [status, body] },
          async (there) => {
            const said = body ? `${status} IOException "no room"` : `${status} without a reason`;
            await failsWith(there.write("/a", new Uint8Array(10)), `hdfs /a: write: ${said};`);
            await failsWith(there.read("/a"), `hdfs /a: read: ${said};`);
          },
        );
      }
    }
  });

  test("names the DataNode that cannot be reached", async () => {
    const port = await withServer(createSocketServer(), async (free) => free);
    const away: RequestListener = (_call, reply) =>
      reply.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    await withTroubled({ CREATE: away, OPEN: away }, async (there) => {
      await failsWith(
        there.write("/a", bytesOf("x")),
        `is the DataNode 127.0.0.1:${port} up`,
        "by this address (dfs.datanode.hostname)",
      );
      await failsWith(there.read("/a"), `is the DataNode 127.0.0.1:${port} up`);
    });
  });

  const exceptions: readonly (readonly [string, string, string])[] = [
    ["SafeModeException", "Cannot create. Name node is in safe mode.", "repeat when it has left it"],
    ["NSQuotaExceededException", "The NameSpace quota is exceeded", "have the quota raised"],
    ["DSQuotaExceededException", "The DiskSpace quota is exceeded", "have the quota raised"],
    [
      "StandbyException",
      "Operation category READ is not supported in state standby",
      "set WEBHDFS_URL to all of them",
    ],
    ["InvalidToken", "token can't be found in cache", "set HDFS_DELEGATION_TOKEN"],
    [
      "IOException",
      "could only be written to 0 of the 1 minReplication nodes",
      "is a DataNode up, with room on its disk?",
    ],
  ];
  for (const [exception, message, advice] of exceptions) {
    test(`says what to do about ${exception}: ${message}`, async () => {
      const answer = [403, exceptionOf(exception, message)] as const;
      await withTroubled({ CREATE: answer, RENAME: answer }, async (there) => {
        await failsWith(
          there.write("/a", bytesOf("x")),
          `hdfs /a: write: 403 ${exception} "${message}"`,
          advice,
        );
        await failsWith(there.rename("/a", "/b"), `hdfs /a: rename to /b: 403 ${exception}`, advice);
      });
    });
  }

  test("knows an answer that is none of WebHDFS's, and does not take its 404 for an absence", async () => {
    const page = [200, "<html>"] as const;
    await withTroubled(
      { GETFILESTATUS: page, LISTSTATUS: page, CREATE: page, MKDIRS: page, RENAME: page },
      async (there) => {
        for (const call of [
          () => there.stat("/a"),
          () => there.list("/a"),
          () => there.write("/a", bytesOf("x")),
          () => there.makeDirectory("/a"),
        ]) {
          await failsWith(call(), "expected", "is this a NameNode, with WebHDFS on?");
        }
        await failsWith(there.rename("/a", "/b"), "expected", "is this a NameNode, with WebHDFS on?");
      },
    );
    await withTroubled(
      { GETFILESTATUS: [404, "no such page"], LISTSTATUS: [404, undefined] },
      async (there) => {
        await failsWith(there.stat("/a"), "404", "is this a NameNode, with WebHDFS on?");
        await failsWith(there.list("/a"), "404", "is this a NameNode, with WebHDFS on?");
      },
    );
  });
});

describe("a server in place of the NameNode that passes over renameoptions, as HttpFS does", () => {
  test("is refused before anything is written", async () => {
    for (const isRenamed of [false, true]) {
      const asked: string[] = [];
      const other: RequestListener = (call, reply) => {
        asked.push(call.url ?? "");
        reply.writeHead(200).end(JSON.stringify({ boolean: isRenamed }));
      };
      const answers = { RENAME: other, MKDIRS: other, DELETE: other, CREATE: other };
      await withTroubled(answers, async (there) => {
        for (const work of [
          () => there.write("/a", bytesOf("x")),
          () => there.makeDirectory("/a"),
          () => there.rename("/a", "/b"),
          () => there.replace("/a", "/b"),
        ]) {
          await failsWith(
            work(),
            /expected a NameNode, .* as HttpFS does.*; set WEBHDFS_URL to the NameNode/,
          );
        }
      });
      assert.equal(asked.length, 4);
      for (const url of asked) assert.match(url, /^\/webhdfs\/v1\/.*\/_tmp\/\w{16}\?op=rename&/i);
    }
  });
});

describe("a cluster with Kerberos", () => {
  const page = [401, "<html>Authentication required</html>"] as const;
  const get =
    /get one with a Kerberos ticket \(kinit; curl --negotiate -u : "http:\S+\/\?op=GETDELEGATIONTOKEN"\) and set HDFS_DELEGATION_TOKEN to its urlString/;

  test("is told apart: SPNEGO is not spoken, and how to get a token", async () => {
    await withTroubled({ LISTSTATUS: page, RENAME: page }, async (there) => {
      const said = ["401", "asks for Kerberos, and SPNEGO is not spoken here", get] as const;
      await failsWith(there.list("/a"), ...said);
      await failsWith(there.write("/a", bytesOf("x")), ...said);
    });
  });

  test("that refuses a token says so, and that nothing is lost", async () => {
    const ended = [403, exceptionOf("InvalidToken", "token (owner=ann, ...) is expired")] as const;
    for (const answer of [page, ended]) {
      await withTroubled(
        { LISTSTATUS: answer },
        (there) => failsWith(there.list("/a"), "token has ended or is none", get, "what is committed stays"),
        { token: "secret" },
      );
    }
  });
});

describe("identity", () => {
  test("sends the token in place of the user name, and tells it to no DataNode and in no error", async () => {
    const token = "KAAKSm9i-secret_token";
    const asked: { query: URLSearchParams; referer: string | undefined }[] = [];
    const loop: RequestListener = (call, reply) => {
      asked.push({
        query: new URL(call.url ?? "", "http://stub").searchParams,
        referer: call.headers.referer,
      });
      reply.writeHead(307, { location: call.url }).end();
    };
    await withTroubled(
      { GETFILESTATUS: loop },
      async (there) => {
        const error: unknown = await there.stat("/a").catch((reason: unknown) => reason);
        assert.ok(error instanceof ServiceError);
        assert.match(error.message, /\*\*\*/);
        const { inspect } = await import("node:util");
        assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(token));
      },
      { token },
    );
    assert.equal(asked[0]?.query.get("delegation"), token);
    assert.equal(asked[0]?.query.get("user.name"), null);
    assert.ok(asked.every((one) => one.referer === undefined));
  });

  const openssl = spawnSync("openssl", ["version"]).status === 0;
  test("trusts the authority that WEBHDFS_CA names, and says so where it is missing", {
    skip: !openssl && "no openssl",
  }, async () => {
    const [key, caPath] = [join(folder, "key.pem"), join(folder, "ca.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const request = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      caPath,
    ];
    execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
    const server = createSecureServer(
      { key: readFileSync(key), cert: readFileSync(caPath) },
      (_call, reply) => {
        reply.end(JSON.stringify(tenBytes[1]));
      },
    );
    await withServer(server, async (port) => {
      const secure = { ...config, url: `https://127.0.0.1:${port}`, external: true };
      assert.equal((await openHdfs({ ...secure, caPath }).stat("/a"))?.bytes, 10);
      await failsWith(openHdfs(secure).stat("/a"), "set WEBHDFS_CA");
    });
    assert.throws(() => openHdfs({ ...config, caPath: join(folder, "none.pem") }), UsageError);
  });
});
