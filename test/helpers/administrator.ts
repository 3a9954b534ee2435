import { type Config, type HdfsConfig, readConfig } from "user-activity/dist/base/config";
import type { HdfsAccess, HdfsAttributes } from "user-activity/dist/hdfs/access";
import { openHdfsClient } from "user-activity/dist/hdfs/failover";
import { type Hdfs, openHdfs } from "user-activity/dist/hdfs/hdfs";
import { tables } from "user-activity/dist/tables/tables";
import { ownConfig } from "./live-lake";

/** Has the NameNode do an operation that the project itself has no use for, as a superuser. */
export function administer(
  operation: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const method = operation === "DELETESNAPSHOT" ? "DELETE" : "PUT";
  return openHdfsClient(readConfig().hdfs, 60_000).ask(method, operation, path, query);
}

/** HDFS as another user meets it. */
export function asUser(user: string, hdfs: HdfsConfig = readConfig().hdfs): Hdfs {
  return openHdfs({ ...hdfs, user });
}

/** A lake of a user who is no superuser and of no group. */
export async function ownLakeOf(user: string, name: string): Promise<Config> {
  const config = ownConfig(name);
  await openHdfs(config.hdfs).makeDirectory(config.hdfs.lakeDir);
  await administer("SETOWNER", config.hdfs.lakeDir, { owner: user });
  return { ...config, hdfs: { ...config.hdfs, user } };
}

/** Restricts the tables as an administrator might, each in another way, and the index. */
export async function protect({ lakeDir }: HdfsConfig): Promise<void> {
  const entries = "user::rwx,user:bob:r-x,group::r-x,other::---";
  const defaults = "default:user::rwx,default:user:bob:r-x,default:group::r-x,default:other::---";
  await administer("SETOWNER", `${lakeDir}/raw_data`, { group: "analysts" });
  await administer("SETACL", `${lakeDir}/raw_data`, { aclspec: `${entries},${defaults}` });
  await administer("SETOWNER", `${lakeDir}/grades_ID`, { group: "teachers" });
  await administer("SETPERMISSION", `${lakeDir}/grades_ID`, { permission: "1750" });
  await administer("SETACL", `${lakeDir}/quarantine`, {
    aclspec: `user::rwx,group::r-x,other::r-x,${defaults}`,
  });
  const value = { "xattr.value": '"kept; with = and ü"', flag: "CREATE" };
  for (const table of ["raw_data", "questions_pool_data"]) {
    await administer("SETXATTR", `${lakeDir}/${table}`, { "xattr.name": "user.origin", ...value });
  }
  await administer("SETPERMISSION", `${lakeDir}/_index`, { permission: "700" });
}

/** Who may do what with the directories of a lake, and their attributes. */
export async function readProtection({ lakeDir }: HdfsConfig) {
  const hdfs = openHdfs(readConfig().hdfs);
  const found: Record<string, [HdfsAccess | undefined, HdfsAttributes]> = {};
  for (const name of [...Object.keys(tables), "_index", "_commits"]) {
    const path = `${lakeDir}/${name}`;
    found[name] = [await hdfs.access(path), await hdfs.attributes(path)];
  }
  return found;
}
