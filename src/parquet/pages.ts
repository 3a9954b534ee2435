import { encodeLevels } from "./encoding";
import type { Bounds } from "./growing";
import type { GrowingLevels } from "./growing-levels";
import { hasStatistics, type Leaf, type RowGroup } from "./leaves";

/** All that a leaf has in a row group that has ended. */
export interface Page {
  readonly leaf: Leaf;
  /** Values, and what is null or empty on the way to one. */
  readonly entryCount: number;
  readonly valueCount: number;
  /** Where the leaf has statistics and there is a value. */
  readonly bounds: Bounds | undefined;
  /** Levels and values, one behind another as in the file, before they are compressed; the leaf lends its memory. */
  readonly body: Buffer;
}

/** A row group that has ended; the leaves can take the rows of the next one. */
export interface EndedGroup {
  readonly rowCount: number;
  readonly pages: readonly Page[];
}

/** Encodes what the leaves hold since the row group's first row. */
export function endGroup({ rowCount }: RowGroup, leaves: readonly Leaf[]): EndedGroup {
  const repetitions = new Map<GrowingLevels, readonly Buffer[]>();
  const pages = leaves.map((leaf): Page => {
    const { type, values, rlevels, dlevels, maxRepetition, maxDefinition } = leaf;
    const repeated = repetitions.get(rlevels) ?? encodeLevelPart(rlevels, maxRepetition);
    repetitions.set(rlevels, repeated);
    const levels = [...repeated, ...encodeLevelPart(dlevels, maxDefinition)];
    const [entryCount, valueCount] = [dlevels.length, values.length];
    const bounds = hasStatistics(type, maxRepetition > 0) ? values.bounds() : undefined;
    return { leaf, entryCount, valueCount, bounds, body: values.lend(Buffer.concat(levels)) };
  });
  return { rowCount, pages };
}

/** Four bytes of length, then the levels; none where there is only level 0. */
function encodeLevelPart(levels: GrowingLevels, max: number): readonly Buffer[] {
  if (max === 0) return [];
  const encoded = encodeLevels(levels.all(), 32 - Math.clz32(max));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(encoded.length);
  return [length, encoded];
}
