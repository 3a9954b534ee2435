import { formatTable } from "../base/terminal";
import { cutText, formatCount, toVisible } from "../base/text";
import { toJsonText } from "../sql/output";
import type { Bin, ColumnProfile, TableProfile } from "../sql/profile";
import type { SqlValue } from "../sql/values";

/** A column's profile as a row of texts, for a frame in a notebook: toFrame(profileRows(profile)). */
export interface ProfileRow {
  readonly column: string;
  readonly type: string;
  readonly nulls: number;
  /** With a ≈ before it where it is an estimate. */
  readonly distinct: string;
  /** A bar for each bin, as high as its share of the fullest one; · where nothing is. */
  readonly histogram: string;
  readonly least: string | null;
  readonly greatest: string | null;
  /** As in "1 (839), 0.75 (477)". */
  readonly frequent: string;
}

/** A profile's columns as rows of texts, values cut after `most` characters (default 40). */
export function profileRows({ columns }: TableProfile, most = 40): ProfileRow[] {
  return columns.map((profile) => ({
    column: profile.column,
    type: profile.type,
    nulls: profile.nulls,
    distinct: `${profile.isExact ? "" : "≈ "}${formatCount(profile.distinct)}`,
    histogram: drawBars(profile.histogram),
    least: toText(profile.least, profile, most),
    greatest: toText(profile.greatest, profile, most),
    frequent: profile.frequent
      .map(({ value, count }) => `${toText(value, profile, most)} (${formatCount(count)})`)
      .join(", "),
  }));
}

/** A bar of text for each bin; the least that is there still shows. */
export function drawBars(bins: readonly Pick<Bin, "count">[]): string {
  const highest = Math.max(0, ...bins.map(({ count }) => count));
  return bins.map(({ count }) => bars[Math.ceil((8 * count) / (highest || 1))]).join("");
}

const bars = [..."·▁▂▃▄▅▆▇█"];

/** A table's profile for a terminal: cut further where it is wider than `width` characters (default: no limit). */
export function formatProfile(profile: TableProfile, width = Number.POSITIVE_INFINITY): string {
  const head = ["column", "type", "nulls", "distinct", "histogram", "least", "greatest", "most frequent"];
  const draw = (most: number) => {
    const rows = profileRows(profile, most).map(({ nulls, least, greatest, ...row }) => [
      ...[row.column, row.type, formatCount(nulls), row.distinct],
      ...[row.histogram || "–", least ?? "–", greatest ?? "–", row.frequent || "–"],
    ]);
    return formatTable(head, rows, [2, 3]);
  };
  const widths = [36, 24, 18, 12, 8];
  const most = widths.find((one) => draw(one).indexOf("\n") <= width) ?? 8;
  const isEstimate = profile.columns.some(({ isExact }) => !isExact);
  return [
    `${profile.table}: ${formatCount(profile.rows)} ${profile.rows === 1 ? "row" : "rows"}`,
    draw(most),
    ...(isEstimate
      ? ["≈ stands before an estimate: there are too many values to count the different ones"]
      : []),
  ].join("\n");
}

/** Numbers are never cut, a part of one would be another, but rounded to six digits; the number of a list's elements is told as what it is. */
function toText(value: SqlValue, { type }: ColumnProfile, most: number): string | null {
  if (value === null) return null;
  if (type === "DOUBLE") return String(Number(Number(value).toPrecision(6)));
  const text = typeof value === "object" ? toJsonText(value) : String(value);
  if (type === "LIST") return `${text} long`;
  return type === "STRING" || type === "TIMESTAMP" ? cutText(toVisible(text), most) : text;
}
