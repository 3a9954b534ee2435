/** What is used of webhdfs 1.2.0, which has no types of its own; the names with an underscore are its innards. */
declare module "webhdfs" {
  import type { IncomingMessage } from "node:http";

  type Query = Readonly<Record<string, string | boolean>>;

  interface WebHdfsClient {
    // both are a Request of the package request: a stream of the old kind
    createReadStream(path: string, query: Query): NodeJS.ReadWriteStream;
    createWriteStream(path: string, append: boolean, query: Query): NodeJS.ReadWriteStream;
    _getOperationEndpoint(operation: string, path: string, query?: Query): string;
    _sendRequest(
      method: string,
      url: string,
      callback: (error: Error | null, reply?: IncomingMessage, body?: unknown) => void,
    ): unknown;
    _isRedirect(reply: IncomingMessage): boolean;
    _isError(reply: IncomingMessage): boolean;
    _parseError(body: unknown, strict: boolean, status: number): Error;
  }

  function createClient(
    options: { protocol: string; host: string; port: string; path: string; user?: string },
    requestOptions: Readonly<Record<string, unknown>>,
  ): WebHdfsClient;
}
