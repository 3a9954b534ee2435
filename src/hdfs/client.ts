import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { createClient, type WebHdfsClient } from "webhdfs";
import { type HdfsConfig, readAuthority } from "../base/config";
import { ServiceError } from "../base/errors";
import { isBroken, toRemoteError } from "./errors";

/** What is uploaded: bytes at hand, or a local file, which is streamed and never held whole. */
export type HdfsSource = Uint8Array | { readonly file: string };

/** A part of a file: from `start`, inclusive, to `end`, exclusive; in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The three kinds of exchange with WebHDFS; they throw what came, for toHdfsError to say what it means. */
export interface HdfsClient {
  /** Has the NameNode do one operation; resolves to the parsed JSON of its answer, undefined where that is empty. */
  readonly ask: (
    method: "GET" | "PUT" | "DELETE",
    operation: string,
    path: string,
    query?: Readonly<Record<string, string | boolean>>,
  ) => Promise<unknown>;
  /** Reads a whole file, or a range of its bytes; that it is whole is not checked here. */
  readonly download: (path: string, range?: ByteRange) => Promise<Buffer>;
  /**
   * Creates or overwrites a file, with a mode of octal digits, "644" by default; returns how many bytes were sent. That
   * they arrived is not checked here.
   */
  readonly upload: (path: string, source: HdfsSource, mode?: string) => Promise<number>;
}

/** Puts the package webhdfs to work on one NameNode; what it gets wrong is mended here and known nowhere else. */
export function openNameNode(config: HdfsConfig, url: string, timeoutMs: number): HdfsClient {
  const client = mend(createPackageClient(config, url, timeoutMs), config.token);
  return {
    ask: (method, operation, path, query) =>
      new Promise((resolve, reject) => {
        const url = client._getOperationEndpoint(operation, path, query);
        client._sendRequest(method, url, (error, _reply, body) => (error ? reject(error) : resolve(body)));
      }),
    download: (path, range) => download(client, path, range),
    upload: (path, source, mode = "644") => uploadHearing(client, { path, mode }, source),
  };
}

/**
 * Returns the path if HDFS can hold it: absolute, without ':', and no part empty, "." or "..". Control characters and
 * lone surrogates are refused too, since they do not survive the way there.
 */
export function checkHdfsPath(path: string): string {
  if (path === "/" || /^(\/(?!\.{1,2}(\/|$))[^/:\p{Cc}\p{Cs}]+)+$/u.test(path)) return path;
  const received = JSON.stringify(path.slice(0, 80));
  throw new ServiceError(
    `hdfs: expected an absolute path without ':', '//', '.' or '..', received ${received}; use another name`,
  );
}

function createPackageClient(config: HdfsConfig, url: string, timeoutMs: number): WebHdfsClient {
  const { protocol, hostname, port } = new URL(url);
  const place = {
    protocol: protocol.slice(0, -1),
    host: hostname,
    port: port || (protocol === "https:" ? "443" : "80"),
    path: "/webhdfs/v1",
  };
  const user = config.token ? {} : { user: config.user }; // a token says itself whose it is
  return createClient(
    { ...place, ...user },
    {
      timeout: timeoutMs,
      proxy: null,
      // a connection kept for later may be closed by the server just when it is used again
      agentOptions: { keepAlive: false },
      pool: {},
      maxRedirects: 3, // one is needed
      removeRefererHeader: true, // it would hand the token on to the DataNode
      ...(config.caPath ? { ca: readAuthority("WEBHDFS_CA", config.caPath) } : {}),
    },
  );
}

/** It encodes no path, takes a 503 or 507 for success, and keeps only the message of Hadoop's exceptions. */
function mend(client: WebHdfsClient, token: string | undefined): WebHdfsClient {
  const toEndpoint = client._getOperationEndpoint.bind(client);
  const identity = token ? { delegation: token } : {};
  client._getOperationEndpoint = (operation, path, query) => {
    const encoded = checkHdfsPath(path).split("/").map(encodeURIComponent).join("/");
    return toEndpoint(operation, encoded, { ...query, ...identity });
  };
  client._isError = ({ statusCode = 0 }) => statusCode >= 400;
  client._parseError = (body, _strict, status) => toRemoteError(body, status);
  return client;
}

/** The package parses an error's body piece by piece and passes over an empty one, so the pieces are gathered here. */
function download(client: WebHdfsClient, path: string, range?: ByteRange): Promise<Buffer> {
  const query = range ? { offset: String(range.start), length: String(range.end - range.start) } : {};
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let status = 0;
    const input = client.createReadStream(path, query);
    input.on("error", reject);
    input.on("response", (reply: IncomingMessage) => {
      status = reply.statusCode ?? 0;
      input.removeAllListeners("data").on("data", (part: Buffer) => parts.push(part));
    });
    input.on("finish", () => {
      const bytes = Buffer.concat(parts);
      return status === 200 ? resolve(bytes) : reject(toRemoteError(bytes.toString(), status));
    });
  });
}

/**
 * A server that refuses answers and closes at once, and what it said is lost where bytes still come in. Where the
 * connection broke it is asked again with nothing to send, and heard.
 */
async function uploadHearing(client: WebHdfsClient, target: Target, source: HdfsSource): Promise<number> {
  try {
    return await upload(client, target, source);
  } catch (error) {
    if (isBroken(error)) await upload(client, target, new Uint8Array()); // throws what a refusal said
    throw error;
  }
}

/** The file that an upload makes. */
interface Target {
  readonly path: string;
  readonly mode: string;
}

/** Its write stream takes its data only from a pipe, and says "error" twice and then "finish" when it failed. */
async function upload(client: WebHdfsClient, { path, mode }: Target, source: HdfsSource): Promise<number> {
  const input = source instanceof Uint8Array ? readBytes(source) : await openFile(source.file);
  try {
    await new Promise((resolve, reject) => {
      const output = client.createWriteStream(path, false, { permission: mode });
      output.on("error", reject).on("finish", resolve);
      output.on("response", (reply: IncomingMessage) => {
        if (client._isRedirect(reply) || client._isError(reply)) return;
        reject(new Error(`expected a redirect to a DataNode, received ${reply.statusCode}`)); // it would wait forever
      });
      input.on("error", reject).pipe(output);
    });
    return source instanceof Uint8Array ? source.length : ((input as { bytesRead?: number }).bytesRead ?? 0);
  } finally {
    input.destroy();
  }
}

/** Without a piece where there is no byte: then the request is one piece, too. */
function readBytes(bytes: Uint8Array): Readable {
  return Readable.from(bytes.length > 0 ? [bytes] : []);
}

async function openFile(path: string): Promise<Readable> {
  const file = await open(path).catch((cause: Error) => {
    throw new ServiceError(`${path}: cannot be read: ${cause.message}; is it there, and yours to read?`, {
      cause,
    });
  });
  if ((await file.stat()).isFile()) return file.createReadStream();
  await file.close();
  throw new ServiceError(`${path}: expected a file, received something else; name a file to write to HDFS`);
}
