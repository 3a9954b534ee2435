import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { type HdfsConfig, readConfig } from "user-activity/dist/base/config";
import { ServiceError } from "user-activity/dist/base/errors";
import { type Hdfs, openHdfs } from "user-activity/dist/hdfs/hdfs";

/** Asserts that the work fails with a ServiceError that says all of this. */
export async function failsWith(
  work: Promise<unknown>,
  ...said: readonly (string | RegExp)[]
): Promise<void> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ServiceError, String(error));
  for (const part of said) {
    assert.ok(
      typeof part === "string" ? error.message.includes(part) : part.test(error.message),
      error.message,
    );
  }
}

/** Runs a server on a port of its own while `work` uses it, and ends it with all its connections. */
export async function withServer<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What a NameNode and DataNode in trouble answer: each operation's status and body, or a function that answers. */
export type Answers = Readonly<Record<string, readonly [number, unknown] | RequestListener>>;

/** A file of 10 bytes, to whose DataNode reads and writes are sent on. */
export const tenBytes = [
  200,
  { FileStatus: { pathSuffix: "", type: "FILE", length: 10, modificationTime: 1, owner: "o" } },
] as const;

/** A refusal in WebHDFS's form. */
export const exceptionOf = (exception: string, message: string) => ({
  RemoteException: { exception, javaClassName: exception, message },
});

/** What all are answered in no trouble: RENAME since it is tried out before the first write. */
const sound: Answers = {
  GETFILESTATUS: tenBytes,
  RENAME: [404, exceptionOf("FileNotFoundException", "rename source /b is not found.")],
};

/** Has `work` use an HDFS that is in trouble. */
export function withTroubled<T>(
  answers: Answers,
  work: (hdfs: Hdfs) => Promise<T>,
  more: Partial<HdfsConfig> = {},
): Promise<T> {
  const server = createServer((call, reply) => {
    call.resume();
    const { pathname, searchParams } = new URL(call.url ?? "", "http://stub");
    const name = `${pathname.startsWith("/datanode") ? "datanode " : ""}${searchParams.get("op")?.toUpperCase()}`;
    const answer = answers[name] ?? sound[name];
    if (typeof answer === "function") return answer(call, reply);
    if (answer)
      return reply.writeHead(answer[0]).end(answer[1] === undefined ? "" : JSON.stringify(answer[1]));
    reply
      .writeHead(307, { location: `http://${call.headers.host}/datanode?op=${searchParams.get("op")}` })
      .end();
  });
  return withServer(server, (port) => {
    const place = { ...readConfig().hdfs, url: `http://127.0.0.1:${port}`, external: true, ...more };
    return work(openHdfs(place, { timeoutMs: 300 }));
  });
}
