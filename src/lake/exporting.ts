import type { HdfsConfig } from "../base/config";
import { findAddress } from "../hdfs/address";
import { type Hdfs, openHdfs } from "../hdfs/hdfs";

/** That every version of a lake is written as Iceberg, too. */
export interface Exporting {
  /** Tries once: landing does not wait for an export. */
  readonly hdfs: Hdfs;
  /** What the paths in the metadata begin with, as in hdfs://127.0.0.1:8020. */
  readonly findAddress: () => Promise<string>;
  /** Told of each export that failed. */
  onFailure?: ((reason: string) => void) | undefined;
}

/** What the configuration says of it; undefined where it is not switched on. */
export function planExports(config: HdfsConfig): Exporting | undefined {
  if (!config.iceberg) return undefined;
  let finding: Promise<string> | undefined;
  const find = () => {
    finding ??= findAddress(config).catch((error) => {
      finding = undefined; // the next commit asks again
      throw error;
    });
    return finding;
  };
  return { hdfs: openHdfs(config), findAddress: find };
}
