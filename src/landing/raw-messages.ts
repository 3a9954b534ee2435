import type { TopicMessage } from "../events/outcomes";
import { readStoredGroups } from "../parquet/read";
import { type LakeModel, tableIn } from "../tables/lake-model";
import type { RawRow } from "../tables/tables";

/** The messages that a file of raw_data holds, as Kafka gave them, a row group at a time: slices of its pages. */
export async function* readRawMessages(
  file: Uint8Array,
  model: LakeModel,
): AsyncGenerator<readonly TopicMessage[]> {
  for await (const rows of readStoredGroups(file, tableIn(model, "raw_data"), { textsAsBytes: true }))
    yield (rows as unknown as StoredRaw[]).map(toTopicMessage);
}

/** A row of raw_data, with its texts as bytes. */
type StoredRaw = AsStored<RawRow>;
type AsStored<T> = { readonly [K in keyof T]: StoredValue<T[K]> };
type StoredValue<V> = V extends string
  ? Uint8Array
  : V extends readonly (infer I)[]
    ? readonly AsStored<I>[]
    : V extends null
      ? null | undefined
      : V;

function toTopicMessage({ topic, partition, offset, timestamp, ...row }: StoredRaw): TopicMessage {
  return {
    topic: textOf(topic),
    partition,
    offset,
    timestamp: timestamp ?? null,
    key: toBytes(row.key, row.key_base64),
    value: toBytes(row.value, row.value_base64),
    headers: row.headers.map(({ key, value, value_base64 }) => ({
      key: textOf(key),
      value: toBytes(value, value_base64),
    })),
  };
}

type Stored = Uint8Array | null | undefined;

/** The bytes that stand in two columns, as text or in base64; null where neither has any. */
function toBytes(text: Stored, base64: Stored): Buffer | null {
  if (text) return bufferOf(text);
  return base64 ? Buffer.from(textOf(base64), "base64") : null;
}

function textOf(bytes: Uint8Array): string {
  return bufferOf(bytes).toString();
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
