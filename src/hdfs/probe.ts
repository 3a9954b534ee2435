import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import type { HdfsClient } from "./client";
import { isRemoteError } from "./errors";
import { parseReply } from "./replies";

/**
 * Returns what is to be called before anything is written, which asks once whether renames are done as a NameNode does
 * them: HttpFS passes over `renameoptions`, and a commit would then move into one that is there. It is asked to rename
 * what is not there, so nothing changes. Throws where it is no NameNode.
 */
export function createRenameCheck(client: HdfsClient, config: HdfsConfig): () => Promise<void> {
  let isProven = false;
  return async () => {
    if (isProven) return;
    const path = `${config.lakeDir}/_tmp/${randomBytes(8).toString("hex")}`;
    const query = { destination: `${path}-renamed`, renameoptions: "NONE" };
    const reply = await client.ask("PUT", "RENAME", path, query).catch((error: unknown) => {
      isProven = isRemoteError(error, "FileNotFoundException");
      // where it is denied, so is what is to be done, which will say so itself
      if (!isProven && !isRemoteError(error, "AccessControlException")) throw error;
    });
    if (reply === undefined) return;
    parseReply(v.object({ boolean: v.boolean() }), reply);
    throw new ServiceError(
      `hdfs ${config.url}: expected a NameNode, received a server that passes over renameoptions, as HttpFS does, so that no commit would be safe; set WEBHDFS_URL to the NameNode itself (dfs.namenode.http-address); nothing is written`,
    );
  };
}
