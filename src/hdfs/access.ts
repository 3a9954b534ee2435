import * as v from "valibot";
import type { HdfsClient } from "./client";
import { type Attempt, parseReply, undefinedWhereMissing } from "./replies";

/** Who may do what with a file or directory. */
export interface HdfsAccess {
  readonly owner: string;
  /** HDFS gives what is made in a directory that directory's group. */
  readonly group: string;
  /** In octal digits, such as "750" or, with the sticky bit, "1777". */
  readonly mode: string;
  /**
   * Entries of the access control list beyond the mode, sorted, as in "user:ann:r-x" or "default:group::r-x"; what is
   * made in a directory begins with its default ones.
   */
  readonly acl: readonly string[];
  /** Whether snapshots may be taken of this directory: then it can't be renamed. */
  readonly isSnapshottable: boolean;
}

/** Extended attributes by their names, such as "user.origin"; values are encoded as WebHDFS has them ("0x..."). */
export type HdfsAttributes = Readonly<Record<string, string>>;

/** Who may do what with files and directories, and their attributes. */
export interface HdfsRights {
  /** Who may do what with what is there; undefined where nothing is. */
  readonly access: (path: string) => Promise<HdfsAccess | undefined>;
  /** Gives a directory the mode and the access control list of another; owner and group stay as they are. */
  readonly setModeAndAcl: (path: string, access: HdfsAccess) => Promise<void>;
  /** Gives a file or directory to another user: a superuser's to do. */
  readonly setOwner: (path: string, owner: string) => Promise<void>;
  readonly attributes: (path: string) => Promise<HdfsAttributes>;
  /** Has a file or directory have these attributes and no others. */
  readonly setAttributes: (path: string, attributes: HdfsAttributes) => Promise<void>;
}

const accessReply = v.object({
  FileStatus: v.object({
    owner: v.string(),
    group: v.string(),
    permission: v.string(),
    aclBit: v.optional(v.boolean()),
    snapshotEnabled: v.optional(v.boolean()),
  }),
});
const aclReply = v.object({ AclStatus: v.object({ entries: v.array(v.string()) }) });
const attributesReply = v.object({
  XAttrs: v.array(v.object({ name: v.string(), value: v.nullish(v.string()) })),
});

/** The calls about who may do what. */
export function openAccess(client: HdfsClient, attempt: Attempt): HdfsRights {
  return {
    access: (path: string) => attempt(path, "read access", () => readAccess(client, path)),
    setModeAndAcl: (path: string, access: HdfsAccess) =>
      attempt(path, "set access", () => setModeAndAcl(client, path, access)),
    setOwner: (path: string, owner: string) =>
      attempt(path, "set owner", () => setOwner(client, path, owner)),
    attributes: (path: string) => attempt(path, "read attributes", () => readAttributes(client, path)),
    setAttributes: (path: string, attributes: HdfsAttributes) =>
      attempt(path, "set attributes", () => setAttributes(client, path, attributes)),
  };
}

async function setOwner(client: HdfsClient, path: string, owner: string): Promise<void> {
  await client.ask("PUT", "SETOWNER", path, { owner });
}

/** What is there; undefined where nothing is. */
async function readAccess(client: HdfsClient, path: string): Promise<HdfsAccess | undefined> {
  const reply = await client.ask("GET", "GETFILESTATUS", path).catch(undefinedWhereMissing);
  if (reply === undefined) return undefined;
  const { FileStatus: status } = parseReply(accessReply, reply);
  const { owner, group, permission, aclBit = false, snapshotEnabled = false } = status;
  const acl = aclBit ? parseReply(aclReply, await client.ask("GET", "GETACLSTATUS", path)) : undefined;
  const entries = acl?.AclStatus.entries.toSorted() ?? [];
  return { owner, group, mode: permission, acl: entries, isSnapshottable: snapshotEnabled };
}

/** Gives a directory this mode and access control list; owner and group stay. */
async function setModeAndAcl(client: HdfsClient, path: string, to: HdfsAccess): Promise<void> {
  const from = await readAccess(client, path);
  if (String(from?.acl) !== String(to.acl)) {
    if (to.acl.length > 0) await client.ask("PUT", "SETACL", path, { aclspec: toAclSpec(to) });
    else await client.ask("PUT", "REMOVEACL", path);
  } else if (from?.mode === to.mode) return;
  await client.ask("PUT", "SETPERMISSION", path, { permission: to.mode });
}

/** HDFS tells neither the entries that stand in the mode nor the mask, and wants all of them. */
function toAclSpec({ mode, acl }: HdfsAccess): string {
  const [owner, mask, others] = mode.padStart(3, "0").slice(-3).split("").map(toSymbols);
  const hasAccess = acl.some((entry) => !entry.startsWith("default:"));
  const middle = hasAccess ? [`mask::${mask}`] : [`group::${mask}`];
  return [`user::${owner}`, ...acl, ...middle, `other::${others}`].join(",");
}

function toSymbols(digit: string): string {
  const bits = Number.parseInt(digit, 8);
  return ["r", "w", "x"].map((letter, index) => (bits & (4 >> index) ? letter : "-")).join("");
}

/** Those that this user may see; none where the NameNode keeps none. */
async function readAttributes(client: HdfsClient, path: string): Promise<HdfsAttributes> {
  const reply = await client.ask("GET", "GETXATTRS", path, { encoding: "hex" }).catch(undefinedWhereOff);
  if (reply === undefined) return {};
  const { XAttrs: found } = parseReply(attributesReply, reply);
  return Object.fromEntries(found.map(({ name, value }) => [name, value ?? ""]));
}

/** Has a directory have these attributes and no others. */
async function setAttributes(client: HdfsClient, path: string, to: HdfsAttributes): Promise<void> {
  const from = await readAttributes(client, path);
  for (const [name, value] of Object.entries(to)) {
    if (from[name] === value) continue;
    const flag = from[name] === undefined ? "CREATE" : "REPLACE";
    await client.ask("PUT", "SETXATTR", path, { "xattr.name": name, "xattr.value": value, flag });
  }
  for (const name of Object.keys(from).filter((one) => to[one] === undefined)) {
    await client.ask("PUT", "REMOVEXATTR", path, { "xattr.name": name });
  }
}

/** A NameNode may be set to keep no attributes at all. */
function undefinedWhereOff(error: unknown): undefined {
  if (!/[Ss]upport for XAttrs has been disabled/.test(String(error))) throw error;
}
