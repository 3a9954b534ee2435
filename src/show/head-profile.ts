import { escapeAttribute, escapeHtml, formatCount } from "../base/text";

/** What a column holds, of all its rows. */
export interface Profile {
  readonly nullCount: number;
  /** How many different values there are, null aside. */
  readonly distinctCount: number;
  /** Least and greatest value, or the most frequent one, in words; "" where there is nothing to say. */
  readonly words: string;
  /** From the least value to the greatest, or from the most frequent to the least frequent; empty where bars would say nothing. */
  readonly bars: readonly ProfileBar[];
}

export interface ProfileBar {
  readonly label: string;
  readonly count: number;
}

/** Histograms have so many bars at most; texts that are more than so many have none. */
const mostBars = 12;

/** Looks at a column's cells: NaN and undefined are null. Instants are text as ISO 8601 has them. */
export function profileColumn(cells: readonly unknown[]): Profile {
  const known = cells.filter((cell) => cell !== null && cell !== undefined && !Number.isNaN(cell));
  const counts = new Map<unknown, number>();
  for (const cell of known) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const nullCount = cells.length - known.length;
  return { nullCount, distinctCount: counts.size, ...describe(known, counts) };
}

type Description = Pick<Profile, "words" | "bars">;

function describe(known: readonly unknown[], counts: ReadonlyMap<unknown, number>): Description {
  if (known.every((cell) => typeof cell === "number" && Number.isFinite(cell)))
    return describeNumbers(known as number[], counts, formatNumber);
  if (known.every((cell) => typeof cell === "string" && isInstant.test(cell))) {
    const times = (known as string[]).map((cell) => Date.parse(cell));
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    if (times.every(Number.isFinite)) return describeNumbers(times, new Map(), day);
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1]);
  if (ranked.length <= mostBars)
    return {
      words: ranked.length <= 3 ? listCounts(ranked) : "",
      bars: ranked.map(([value, count]) => ({ label: cut(value), count })),
    };
  const [value, most = 0] = ranked[0] ?? [];
  return { words: most > 1 ? `most: ${cut(value)} (${formatCount(most)})` : "all different", bars: [] };
}

function listCounts(ranked: readonly (readonly [value: unknown, count: number])[]): string {
  return ranked.map(([value, count]) => `${cut(value)} ${formatCount(count)}`).join(", ");
}

const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/;

function describeNumbers(
  numbers: readonly number[],
  counts: ReadonlyMap<unknown, number>,
  format: (value: number) => string,
): Description {
  if (numbers.length === 0) return { words: "", bars: [] };
  const [least, most] = rangeOf(numbers);
  const words = least === most ? `only ${format(least)}` : `${format(least)} to ${format(most)}`;
  if (least === most) return { words, bars: [] };
  if (counts.size > 0 && counts.size <= mostBars) {
    const sorted = [...counts].sort((a, b) => Number(a[0]) - Number(b[0]));
    return { words, bars: sorted.map(([value, count]) => ({ label: format(Number(value)), count })) };
  }
  const width = (most - least) / mostBars;
  const bins = new Array<number>(mostBars).fill(0);
  for (const one of numbers) {
    const bin = Math.min(mostBars - 1, Math.floor((one - least) / width));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const label = (bin: number) => `${format(least + bin * width)} to ${format(least + (bin + 1) * width)}`;
  return { words, bars: bins.map((count, bin) => ({ label: label(bin), count })) };
}

function rangeOf(numbers: readonly number[]): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of numbers) {
    if (one < least) least = one;
    if (one > most) most = one;
  }
  return [least, most];
}

/** Four significant digits say enough of an axis. */
function formatNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : `${Number(value.toPrecision(4))}`;
}

function cut(value: unknown): string {
  const letters = [...String(value)];
  return letters.length > 24 ? `${letters.slice(0, 23).join("")}…` : letters.join("");
}

/** The profile as HTML: counts and words, and the bars as a picture that says its numbers under the mouse. */
export function renderProfile({ nullCount, distinctCount, words, bars }: Profile): string {
  const counts = [
    nullCount > 0 ? `${formatCount(nullCount)} null` : "",
    `${formatCount(distinctCount)} distinct`,
  ];
  const lines = [counts.filter((text) => text).join(", "), words].filter((text) => text);
  return `<small>${lines.map(escapeHtml).join("<br>")}</small>${bars.length > 1 ? `<br>${renderBars(bars)}` : ""}`;
}

const [width, height] = [72, 18];

/** Bars side by side, as one path; each that is not 0 is a pixel high at least. */
function renderBars(bars: readonly ProfileBar[]): string {
  const highest = Math.max(...bars.map(({ count }) => count));
  const tops = bars.map(({ count }) =>
    count === 0 ? 0 : Math.max(1, Math.round((count / highest) * height)),
  );
  const step = Math.floor(width / bars.length);
  const path = tops.map((top, index) =>
    top === 0 ? "" : `M${index * step} ${height}v-${top}h${step - 1}v${top}z`,
  );
  const title = bars.map(({ label, count }) => `${label}: ${formatCount(count)}`).join("; ");
  // a viewer that leaves out pictures leaves no text of them behind
  return [
    `<span role="img" title="${escapeAttribute(title)}"><svg aria-hidden="true" width="${width}" height="${height}" `,
    `fill="currentColor" opacity=".6"><path d="${path.join("")}"/></svg></span>`,
  ].join("");
}
