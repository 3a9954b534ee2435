/** What is used of webhdfs 1.2.0, which has no types of its own; the names with an underscore are its innards. */
declare module "webhdfs" {
  import type { IncomingMessage } from "node:http";

  type Query = Readonly<Record<string, string | boolean>>;
  /** Both of them are a `Request` of the package request: a stream of the old kind. */
  type Transfer = NodeJS.ReadWriteStream;

  interface WebHdfsClient {
    createReadStream(path: string, query?: Query): Transfer;
    createWriteStream(path: string, append: boolean, query?: Query): Transfer;
    _getOperationEndpoint(operation: string, path: string, query?: Query): string;
    _sendRequest(
      method: string,
      url: string,
      callback: (error: Error | null, reply?: IncomingMessage, body?: unknown) => void,
    ): unknown;
    _isError(reply: IncomingMessage): boolean;
    _parseError(body: unknown, strict: boolean, status: number): Error;
  }

  export function createClient(
    options: { protocol: string; host: string; port: string; path: string; user?: string },
    requestOptions: Readonly<Record<string, unknown>>,
  ): WebHdfsClient;
  export type { Query, Transfer, WebHdfsClient };
}
