import { type HdfsConfig, listUrls } from "../base/config";
import { ServiceError } from "../base/errors";

/** An answer that WebHDFS gave in place of what was asked for: HTTP status, Hadoop's exception, its first line. */
export interface RemoteError extends Error {
  readonly status: number;
  /** Simple name of the Java class, such as "SafeModeException"; empty where the body is none of WebHDFS's. */
  readonly exception: string;
}

/** The circumstances of a call that failed. */
export interface HdfsCall {
  readonly config: HdfsConfig;
  readonly path: string;
  /** What was being done, such as "rename to /b". */
  readonly doing: string;
  readonly timeoutMs: number;
}

/** The facts that an error from Node or from the NameNode may carry. */
type Facts = Error &
  Partial<RemoteError> & { code?: string; address?: string; hostname?: string; port?: number };

/** Reads the body of an HTTP answer with an error status; the body may be JSON text, its value, or something else. */
export function toRemoteError(body: unknown, status: number): RemoteError {
  const { exception = "", message = "" } = parseRemoteException(body) ?? {};
  const [firstLine = ""] = message.trim().split("\n");
  return Object.assign(new Error(firstLine.slice(0, 300)), { status, exception });
}

/** True for an answer that names this Hadoop exception. */
export function isRemoteError(error: unknown, exception: string): error is RemoteError {
  return (error as Facts).exception === exception;
}

/** Says which path it was, what was being done, what came instead and what to do; never tells the delegation token. */
export function toHdfsError(error: unknown, call: HdfsCall): ServiceError {
  if (error instanceof ServiceError) return error;
  const facts = firstFailure(error as Facts);
  const { token } = call.config;
  const text = `hdfs ${call.path}: ${call.doing}: ${describe(facts, call)}; ${advise(facts, call.config)}`;
  const isPassing = mayPass(facts);
  if (!token) return new ServiceError(text, { cause: error, isPassing });
  const isTold = (error as Error).stack?.includes(token); // request's own errors quote the address asked for
  return new ServiceError(
    text.replaceAll(token, "***"),
    isTold ? { isPassing } : { cause: error, isPassing },
  );
}

/** True for the error of a rename or replace whose source was not there: it was never, or is moved already. */
export function isSourceMissing(error: unknown): boolean {
  const { cause } = error as Error;
  return (
    cause instanceof Error &&
    isRemoteError(cause, "FileNotFoundException") &&
    !/rename destination/.test(cause.message)
  );
}

/** Whether HDFS was asked about a path that is not there. */
export function isMissing(error: unknown): boolean {
  return isRemoteError((error as Error).cause ?? {}, "FileNotFoundException");
}

/** True for the error of a call that permission stood in the way of. */
export function isDenied(error: unknown): boolean {
  return isRemoteError((error as Error).cause ?? {}, "AccessControlException");
}

/** The directory whose snapshots stood in the way of a call; undefined where something else did. */
export function findSnapshottable(error: unknown): string | undefined {
  const cause: unknown = (error as Error).cause ?? {};
  if (!isRemoteError(cause, "SnapshotException")) return undefined;
  return /^The directory (.+) cannot be deleted/.exec(cause.message)?.[1];
}

function parseRemoteException(body: unknown): { exception?: string; message?: string } | undefined {
  try {
    const value = typeof body === "string" ? JSON.parse(body) : body;
    return (value as { RemoteException?: { exception?: string; message?: string } }).RemoteException;
  } catch {
    return undefined;
  }
}

/** Where a name has several addresses Node tries them all and throws their failures as one. */
function firstFailure(error: Facts): Facts {
  return error instanceof AggregateError ? (error.errors[0] as Facts) : error;
}

function describe(facts: Facts, { timeoutMs }: HdfsCall): string {
  if (facts.status !== undefined) return describeRemote(facts);
  if (isTimeout(facts)) return `nothing came for ${timeoutMs / 1000} s`;
  if (facts.code === "ECONNREFUSED") return `connection refused by ${facts.address}:${facts.port}`;
  return facts.message || String(facts.code);
}

function describeRemote({ status, exception, message }: Facts): string {
  const denied = /user=([^,]+), access=(\w+), inode="([^"]*)":([^:]+:[^:]+):(\S+)/.exec(message);
  if (!denied) return `${status} ${exception || "without a reason"}${message && ` "${message}"`}`;
  const [, user, access, inode, owner, mode] = denied;
  return `${status} permission denied: user ${user} has no ${access} access to ${inode}, which belongs to ${owner} (${mode})`;
}

/** Told by the exception's name, or, of an exception for everything, by its words. */
const passingExceptions =
  /^(SafeMode|Standby|Retriable|ObserverRetryOnActive|(NS|DS|)Quota(Exceeded)?|ServerTooBusy|BlockMissing|NotReplicatedYet|LeaseExpired|EOF|SocketTimeout|ConnectTimeout|Connect|Socket|NoRouteToHost|DiskOutOfSpace|NoSpace\w*|ClosedChannel|RecoveryInProgress|AlreadyBeingCreated|QuotaByStorageTypeExceeded)Exception$/;
const passingWords =
  /minReplication|[Ff]ind datanode|obtain block|datanodes .* are bad|startup mode|not started|not been initialized|No space left|last block|[Cc]onnection (refused|reset)|Premature EOF/;
const passingCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/;

/** Whether the same may succeed later though nobody mends the call: never permission, path, certificate or token. */
function mayPass({ status, exception = "", code, message }: Facts): boolean {
  if (status === undefined) return passingCodes.test(code ?? "");
  if (status === 401) return false;
  if (passingExceptions.test(exception) || /^50[2-4]$|^507$|^429$/.test(`${status}`)) return true;
  return /^(IO|Remote|Runtime|)(Exception)?$/.test(exception) && passingWords.test(message);
}

/** True for the answer of a NameNode that waits to take the active one's place. */
export function isStandby(error: unknown): boolean {
  return isRemoteError(error, "StandbyException");
}

/** True where another NameNode may do what this one did not: it is a standby, or can't be reached. */
export function isElsewhere(error: unknown): boolean {
  const facts = firstFailure(error as Facts);
  if (facts.status === undefined) return passingCodes.test(facts.code ?? "") || facts.code === "ENOTFOUND";
  return isStandby(facts) || /^50[234]$/.test(`${facts.exception ? "" : facts.status}`);
}

function isTimeout({ code }: Facts): boolean {
  return code === "ETIMEDOUT" || code === "ESOCKETTIMEDOUT";
}

const brokenCodes = /ECONNRESET|EPIPE|ECONNABORTED/;

/** True where the connection broke under an exchange; what the other side said before may be lost with it. */
export function isBroken(error: unknown): boolean {
  return brokenCodes.test((error as Facts).code ?? "");
}

/** What to do by what came; the first that fits. The text it is matched with: status, exception, code, message. */
const advices: readonly (readonly [RegExp, string])[] = [
  [/SafeMode/, "the NameNode is in safe mode: repeat when it has left it (hdfs dfsadmin -safemode get)"],
  [
    /QuotaExceeded/,
    "the quota of this directory is used up: make room in it, what its snapshots hold counts too, or have the quota raised",
  ],
  [/AccessControl/, "run as its owner (HDFS_USER) or have access granted"],
  [
    /parameter "user\.name"/,
    "set HDFS_USER to a user name that HDFS takes: letters, digits, '.', '_' and '-'",
  ],
  [/StandbyException/, "this NameNode is a standby: set WEBHDFS_URL to all of them, separated by commas"],
  [/rename destination parent/, "make the parent directory first"],
  [/SnapshotException/, "its snapshots are in the way: hdfs lsSnapshottableDir lists where there are some"],
  [/PathIsNotEmptyDirectory/, "remove it recursively if all in it may go"],
  [/ParentNotDirectory/, "a directory of this path is a file: remove it or choose another path"],
  [/AlreadyExists|must both be directories/, "remove what is there or choose another path"],
  [/FileNotFound/, "is the path right?"],
  [
    /minReplication|[Ff]ind datanode|NoSpace|DiskOutOfSpace|^50[37]/,
    "is a DataNode up, with room on its disk?",
  ],
  [
    /ALTNAME/,
    "name the NameNode in WEBHDFS_URL as its certificate does, and have each DataNode's certificate name its host",
  ],
  [/CERT_(HAS_EXPIRED|NOT_YET_VALID)/, "have the certificate renewed, or this machine's clock set"],
  [/CERT|SIGNATURE|ISSUER/, "set WEBHDFS_CA to the PEM file of the authority that signed its certificate"],
  [brokenCodes, "the connection broke: is a server going down? Repeat it when that is up"],
  [/expected an empty answer/, "is this HttpFS? set WEBHDFS_URL to the NameNode itself"],
  [/^404|expected (the JSON|a redirect)/, "is this a NameNode, with WebHDFS on?"],
  [/EPROTO|HPE_/, "does WEBHDFS_URL say http where it must say https, or the other way round?"],
];

/** Kerberos stands in the way with a 401, a token that has ended or is another cluster's with an exception. */
function adviseOnLogin({ url, token }: HdfsConfig): string {
  const get = `get one with a Kerberos ticket (kinit; curl --negotiate -u : "${url}/webhdfs/v1/?op=GETDELEGATIONTOKEN") and set HDFS_DELEGATION_TOKEN to its urlString`;
  return token
    ? `the delegation token has ended or is none of this cluster's: ${get}; what is committed stays, and the next run goes on from there`
    : `this cluster asks for Kerberos, and SPNEGO is not spoken here, but a delegation token is: ${get}`;
}

function advise(facts: Facts, config: HdfsConfig): string {
  const isLogin = facts.status === 401 || /InvalidToken|SecurityException/.test(facts.exception ?? "");
  if (isLogin) return adviseOnLogin(config);
  const found = advices.find(([pattern]) =>
    pattern.test(`${facts.status} ${facts.exception} ${facts.code} ${facts.message}`),
  );
  if (found) return found[1];
  if (facts.status !== undefined) return "the NameNode's log says more";
  if (!config.external && facts.code === "ECONNREFUSED")
    return 'start it with "npx user-activity services start"';
  if (!config.external)
    return '"npx user-activity services status" says whether it runs, and where its logs are';
  const { who, from = "" } = whoIsAsked(facts, config);
  return `${who} up and reachable from here?${from}`;
}

/** The NameNode sends reads and writes on to a DataNode, whose address may not be reachable where the NameNode's is. */
function whoIsAsked(
  { address, hostname, port }: Facts,
  config: HdfsConfig,
): { readonly who: string; readonly from?: string } {
  const urls = listUrls(config).map((url) => new URL(url));
  const [one, its] = urls.length > 1 ? ["one of the NameNodes", "their"] : ["the NameNode", "its"];
  const peer = port === undefined ? hostname : `${address}:${port}`;
  if (peer === undefined) return { who: `are ${one} that WEBHDFS_URL names and ${its} DataNodes` };
  const isNameNode = urls.some((url) =>
    port === undefined ? hostname === url.hostname : url.host.endsWith(`:${port}`),
  );
  if (isNameNode) return { who: `is ${one} that WEBHDFS_URL names` };
  const from = " The NameNode sends readers and writers to it by this address (dfs.datanode.hostname)";
  return { who: `is the DataNode ${peer}`, from };
}
