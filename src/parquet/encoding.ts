/** Encodes levels as RLE runs and bit-packed groups of eight (Parquet format, "RLE/bit-packing hybrid"). */
export function encodeLevels(levels: readonly number[], bitWidth: number): Buffer {
  const out: number[] = [];
  let literalStart = 0;
  let index = 0;
  while (index < levels.length) {
    const level = levels[index] as number;
    let end = index + 1;
    while (levels[end] === level) end += 1;
    const runStart = index + ((literalStart - index) & 7); // groups before the run are filled up from it
    if (end - runStart >= 8) {
      pushLiterals(out, levels, [literalStart, runStart], bitWidth);
      pushVarint(out, (end - runStart) * 2);
      for (let bits = 0; bits < bitWidth; bits += 8) out.push((level >>> bits) & 255);
      literalStart = end;
    }
    index = end;
  }
  pushLiterals(out, levels, [literalStart, levels.length], bitWidth);
  return Buffer.from(out);
}

function pushLiterals(
  out: number[],
  levels: readonly number[],
  range: readonly [number, number],
  bitWidth: number,
): void {
  const [start, end] = range;
  const groups = Math.ceil((end - start) / 8);
  if (groups === 0) return;
  pushVarint(out, groups * 2 + 1);
  let bits = 0;
  let bitCount = 0;
  for (let index = start; index < start + groups * 8; index++) {
    bits |= (index < end ? (levels[index] as number) : 0) << bitCount;
    bitCount += bitWidth;
    for (; bitCount >= 8; bitCount -= 8, bits >>>= 8) out.push(bits & 255);
  }
}

function pushVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
  out.push(rest);
}

/** Encodes text as PLAIN byte arrays: 4 bytes of length, then UTF-8. */
export function encodeTexts(texts: readonly string[]): Buffer {
  let mostBytes = 0;
  for (const text of texts) mostBytes += 4 + 3 * text.length;
  const buffer = Buffer.allocUnsafe(mostBytes);
  let end = 0;
  for (const text of texts) {
    const bytes = buffer.write(text, end + 4);
    buffer.writeUInt32LE(bytes, end);
    end += 4 + bytes;
  }
  return buffer.subarray(0, end);
}

/** Encodes 64-bit integers, numbers within 2^53 without making bigints of them; throws for what is no such integer. */
export function encodeInt64s(values: readonly (number | bigint)[]): Buffer {
  const buffer = Buffer.allocUnsafe(values.length * 8);
  let end = 0;
  for (const value of values) {
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      buffer.writeUInt32LE(value >>> 0, end); // modulo 2^32, for negative ones too
      buffer.writeInt32LE(Math.floor(value / 2 ** 32), end + 4);
    } else {
      buffer.writeBigInt64LE(BigInt(value), end);
    }
    end += 8;
  }
  return buffer;
}
