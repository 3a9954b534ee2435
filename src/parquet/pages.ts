import { compressZstd } from "../base/zstd";
import { encodeLevels } from "./encoding";
import type { GrowingLevels } from "./growing";
import { EncodedPart, type Leaf, type LeafBuffer, type RowBuffer, type RowGroup } from "./leaves";

/** A row group that has ended, a page a leaf; the leaves can take the rows of the next one. */
export interface EndedGroup {
  readonly buffer: RowBuffer;
  /** What is to be compressed of each page: levels and values, one behind another as in the file. */
  readonly bodies: readonly Buffer[];
}

/** Encodes what the leaves hold since the row group's first row. */
export function endGroup({ rowCount }: RowGroup, leaves: readonly Leaf[]): EndedGroup {
  const columnData: Record<string, LeafBuffer> = {};
  const bodies = leaves.map((leaf) => {
    const rlevels = encodeLevelPart(leaf.rlevels, leaf.maxRepetition);
    const dlevels = encodeLevelPart(leaf.dlevels, leaf.maxDefinition);
    const body = Buffer.concat([rlevels.bytes, dlevels.bytes, leaf.values.bytes()]); // the leaf's own memory is used again
    const bytes = body.subarray(rlevels.bytes.length + dlevels.bytes.length);
    const values = new EncodedPart(leaf.values.length, bytes);
    columnData[leaf.key] = { rlevels, dlevels, values, distinct_values: leaf.distinct, count: 0 };
    return body;
  });
  const pages = Object.fromEntries(leaves.map(({ key }) => [key, []]));
  return { buffer: { rowCount, pageRowCount: rowCount, columnData, pages }, bodies };
}

/** Four bytes of length, then the levels; none where there is only level 0. */
function encodeLevelPart(levels: GrowingLevels, max: number): EncodedPart {
  if (max === 0) return new EncodedPart(levels.length, Buffer.alloc(0));
  const encoded = encodeLevels(levels.all(), 32 - Math.clz32(max));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(encoded.length);
  return new EncodedPart(levels.length, Buffer.concat([length, encoded]));
}

/** Compresses pages, large ones beside this thread. */
export function compressBeside(bodies: readonly Buffer[]): Promise<readonly Buffer[]> {
  return Promise.all(bodies.map(compressZstd));
}
