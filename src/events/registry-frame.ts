/** What a serializer with a schema registry puts before a value: a zero, and the schema's ID in four bytes, big-endian. */
export interface RegistryFrame {
  readonly schemaId: number;
  /** What stands behind the five bytes. */
  readonly payload: Uint8Array;
}

/** Finds the frame; undefined where there is none. No JSON begins with a zero byte. */
export function findRegistryFrame(value: Uint8Array): RegistryFrame | undefined {
  if (value.length < 6 || value[0] !== 0) return undefined;
  const schemaId = new DataView(value.buffer, value.byteOffset).getUint32(1);
  return { schemaId, payload: value.subarray(5) };
}

/** Says what was received in place of JSON. */
export function describeFrame({ schemaId, payload }: RegistryFrame): string {
  const what = payload[0] === 0x7b ? "JSON" : `${payload.length} bytes`;
  return `a schema registry's five bytes, with ID ${schemaId}, before ${what}`;
}
