import { ServiceError } from "../base/errors";
import type { LakeState } from "./commit-file";

/** Holds the topic to what is committed. Throws where it is another one, or created anew. `high` exclusive. */
export function checkOffsets(
  state: LakeState,
  topic: string,
  ranges: readonly { partition: number; high: bigint }[],
): void {
  if (state.topic !== topic) {
    throw new ServiceError(
      `lake: expected topic "${state.topic}", received "${topic}"; a lake holds one topic: set KAFKA_TOPIC to it or LAKE_DIR to another directory`,
    );
  }
  for (const [partition, committed] of Object.entries(state.offsets)) {
    const range = ranges.find((one) => one.partition === Number(partition));
    const where = `${topic}/${partition}`;
    const anew =
      "to land the topic as it is now, set LAKE_DIR to another directory; this lake stays as it is";
    if (!range && BigInt(committed) > 0n) {
      throw new ServiceError(
        `${where}: committed up to offset ${committed}, but there is no such partition; ${anew}`,
      );
    }
    if (range && range.high < BigInt(committed)) {
      throw new ServiceError(
        `${where}: committed up to offset ${committed}, but the topic ends at ${range.high}: it was created anew; ${anew}`,
      );
    }
  }
}
