import { once } from "node:events";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { type HdfsConfig, readConfig } from "user-activity/dist/base/config";

/** What a NameNode of a pair does: its work, refuses it as a standby does or for a token that has ended, or is gone. */
export type Role = "active" | "standby" | "ended" | "gone";

export interface NameNodes {
  /** A configuration that names both. */
  readonly config: HdfsConfig;
  readonly set: (first: Role, second: Role) => void;
  /** How often each has refused or dropped a call. */
  readonly refused: () => readonly [number, number];
  /** Told of every call that one of them gets, in order. */
  onCall: (number: number) => void;
}

/** Two servers before the one NameNode that there is, which stand for an active one and a standby. */
export async function openNameNodes(base: HdfsConfig = readConfig().hdfs): Promise<NameNodes> {
  const roles: [Role, Role] = ["active", "standby"];
  const refused: [number, number] = [0, 0];
  let calls = 0;
  const serve = async (index: 0 | 1): Promise<string> => {
    const server: Server = createServer((call, reply) => {
      pair.onCall(++calls);
      if (roles[index] !== "active") refused[index]++;
      if (roles[index] === "gone") return call.socket.destroy();
      if (roles[index] === "standby") return refuse(reply, ...standby);
      if (roles[index] === "ended") return refuse(reply, ...ended);
      // without Kerberos the NameNode looks at no token
      const url = call.url?.replace(/delegation=[^&]*/, `user.name=${base.user}`);
      const there = request(`${base.url}${url}`, { method: call.method, agent: false }, (answer) => {
        reply.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(reply);
      });
      call.pipe(there.on("error", () => reply.destroy()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    after(() => void server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const pair: NameNodes = {
    config: { ...base, url: await serve(0), otherUrls: [await serve(1)], external: true },
    set: (...now) => {
      [roles[0], roles[1]] = now;
    },
    refused: () => refused,
    onCall: () => undefined,
  };
  return pair;
}

const standby = ["StandbyException", "Operation category READ is not supported in state standby."] as const;
const ended = ["InvalidToken", "token (token for ann: HDFS_DELEGATION_TOKEN owner=ann) is expired"] as const;

function refuse(reply: ServerResponse, exception: string, message: string): void {
  const body = { RemoteException: { exception, javaClassName: exception, message } };
  reply.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(body));
}
