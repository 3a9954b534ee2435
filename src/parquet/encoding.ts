/** Encodes levels as RLE runs and bit-packed groups of eight (Parquet format, "RLE/bit-packing hybrid"). */
export function encodeLevels(levels: ArrayLike<number>, bitWidth: number): Buffer {
  const packed: Packed = { out: Buffer.allocUnsafe(mostBytes(levels.length, bitWidth)), end: 0 };
  let literalStart = 0;
  let index = 0;
  while (index < levels.length) {
    const level = levels[index] as number;
    let end = index + 1;
    while (end < levels.length && levels[end] === level) end += 1;
    const runStart = index + ((literalStart - index) & 7); // groups before the run are filled up from it
    if (end - runStart >= 8) {
      pushLiterals(packed, levels, [literalStart, runStart], bitWidth);
      pushVarint(packed, (end - runStart) * 2);
      for (let bits = 0; bits < bitWidth; bits += 8) packed.out[packed.end++] = (level >>> bits) & 255;
      literalStart = end;
    }
    index = end;
  }
  pushLiterals(packed, levels, [literalStart, levels.length], bitWidth);
  return packed.out.subarray(0, packed.end);
}

interface Packed {
  readonly out: Buffer;
  end: number;
}

/** Every run stands for eight levels or more, and takes no more than its head and those levels as they are. */
function mostBytes(count: number, bitWidth: number): number {
  const headBytes = 5;
  return (Math.ceil(count / 8) + 1) * (2 * headBytes + bitWidth + 2);
}

function pushLiterals(
  packed: Packed,
  levels: ArrayLike<number>,
  range: readonly [number, number],
  bitWidth: number,
): void {
  const [start, end] = range;
  const groups = Math.ceil((end - start) / 8);
  if (groups === 0) return;
  pushVarint(packed, groups * 2 + 1);
  let bits = 0;
  let bitCount = 0;
  for (let index = start; index < start + groups * 8; index++) {
    bits |= (index < end ? (levels[index] as number) : 0) << bitCount;
    bitCount += bitWidth;
    for (; bitCount >= 8; bitCount -= 8, bits >>>= 8) packed.out[packed.end++] = bits & 255;
  }
}

function pushVarint(packed: Packed, value: number): void {
  let rest = value;
  for (; rest > 127; rest >>>= 7) packed.out[packed.end++] = (rest & 127) | 128;
  packed.out[packed.end++] = rest;
}
