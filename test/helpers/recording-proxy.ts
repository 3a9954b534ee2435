import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

/** A request as the proxy received it. */
export interface Asked {
  readonly to: "NameNode" | "DataNode";
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Stands before a NameNode that speaks HTTPS and its DataNode, and remembers what is asked of both. Without Kerberos
 * HDFS issues delegation tokens and asks for none: in place of one this passes the user on that it was issued to.
 */
export async function startRecordingProxy(
  nameNode: string,
  { caPath, owner }: { readonly caPath: string; readonly owner: string },
): Promise<{ url: string; asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const ca = readFileSync(caPath);
  const pass = (call: IncomingMessage, reply: ServerResponse) => {
    const target = new URL(call.url ?? "", nameNode);
    const dataNode = /^\/to\/([^/]+)(\/.*)$/.exec(target.pathname);
    asked.push({
      to: dataNode ? "DataNode" : "NameNode",
      query: new URLSearchParams(target.search),
      headers: call.headers,
    });
    if (dataNode) {
      target.host = dataNode[1] ?? "";
      target.pathname = dataNode[2] ?? "";
    } else if (target.searchParams.has("delegation")) {
      target.searchParams.delete("delegation");
      target.searchParams.set("user.name", owner);
    }
    const { host: _host, ...headers } = call.headers;
    const onward = request(target, { method: call.method, headers, ca }, (answer) => {
      const { location } = answer.headers;
      const moved = location ? { location: location.replace(/^https:\/\/([^/]+)/, `${url}/to/$1`) } : {};
      reply.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...moved });
      answer.pipe(reply);
    });
    onward.on("error", () => reply.destroy());
    call.pipe(onward);
  };
  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, asked };
}
