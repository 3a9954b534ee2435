import { maxTimestampMs } from "../parquet/values";

/** The expressions of a row of these types that holds nothing. */
export function toNoRow(types: Readonly<Record<string, string>>): string {
  return Object.entries(types)
    .map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`)
    .join(", ");
}

/** Bytes in base64; Spark's own has a line end behind every 76 characters. */
function toBase64(bytes: string): string {
  return `translate(base64(${bytes}), '\\r\\n', '')`;
}

/** The expressions of bytes as text where they are UTF-8, else in base64, by the names of their columns. */
function toTexts(bytes: string, name: string): readonly (readonly [name: string, expression: string])[] {
  const text = `try_validate_utf8(CAST(${bytes} AS STRING))`;
  return [
    [name, text],
    [`${name}_base64`, `if(${text} IS NULL, ${toBase64(bytes)}, NULL)`],
  ];
}

const header = toTexts("one.value", "value").map(([name, expression]) => `'${name}', ${expression}`);
const [least, most] = [-maxTimestampMs, maxTimestampMs].map((ms) => `timestamp_millis(${ms})`);

/** How messages come from Spark's source for Kafka, become rows of raw_data, and their values bytes again. */
export const messages = {
  message: [
    ...[
      "topic STRING",
      "partition INT",
      "offset BIGINT",
      "timestamp TIMESTAMP",
      "key BINARY",
      "value BINARY",
    ],
    "headers ARRAY<STRUCT<key: STRING, value: BINARY>>",
  ].join(", "),
  raw: [
    ...["topic", "partition", "offset"],
    // Kafka writes none as -1
    `if(unix_millis(timestamp) = -1, NULL, greatest(least(timestamp, ${most}), ${least})) AS timestamp`,
    ...[...toTexts("key", "key"), ...toTexts("value", "value")].map(([name, text]) => `${text} AS ${name}`),
    `transform(coalesce(headers, array()), one -> named_struct('key', one.key, ${header.join(", ")})) AS headers`,
  ],
  bytes: `coalesce(${toBase64("encode(value, 'UTF-8')")}, value_base64)`,
};
