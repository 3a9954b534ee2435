import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

/** A schema as Avro's JSON has it, with attributes of others' (`field-id`). */
export type AvroSchema = Readonly<Record<string, unknown>>;

/** An Avro container file: the schema and further entries of its header, and the records. */
export interface AvroFile {
  readonly schema: AvroSchema;
  readonly header: Readonly<Record<string, string>>;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** Writes a container file. The schema stands in its header as it is given, attributes that Avro does not know included. */
export async function writeAvro({ schema, header, records }: AvroFile): Promise<Buffer> {
  const { streams } = (await import("avsc")).default;
  const metadata = Object.fromEntries(Object.entries(header).map(([key, text]) => [key, Buffer.from(text)]));
  // the package's types know neither the metadata nor schemas with attributes of others
  const options = { writeHeader: true, codec: "deflate", metadata } as object;
  const encoder = new streams.BlockEncoder(schema as unknown as "null", options);
  const written = buffer(encoder);
  for (const record of records) encoder.write(record);
  encoder.end();
  return written;
}

/** Reads a container file. Throws where it is none. */
export async function readAvro(bytes: Uint8Array): Promise<AvroFile> {
  const { streams } = (await import("avsc")).default;
  const decoder = new streams.BlockDecoder();
  let header: Record<string, string> = {};
  decoder.on("metadata", (_type: unknown, _codec: unknown, found: { meta: Record<string, Buffer> }) => {
    const texts = Object.entries(found.meta).map(([key, value]) => [key, Buffer.from(value).toString()]);
    header = Object.fromEntries(texts);
  });
  const records: Record<string, unknown>[] = [];
  for await (const record of Readable.from([Buffer.from(bytes)]).pipe(decoder)) records.push({ ...record });
  const { "avro.schema": schema = "{}", ...rest } = header;
  return { schema: JSON.parse(schema) as AvroSchema, header: rest, records };
}
