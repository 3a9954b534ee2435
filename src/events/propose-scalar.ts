import { formatCount } from "../base/text";
import type { ContractColumn } from "../contract/model";
import type { InferredField } from "./infer";
import { formatPlace } from "./places";

/** What a column asks of its values; its name, origin and whether it may be null are said elsewhere. */
export type Shape = Omit<ContractColumn, "name" | "nullable" | "from">;

/** A shape with what a person should know of it; or why there is none. */
export type Proposed =
  | { readonly shape: Shape; readonly notes: readonly string[] }
  | { readonly leftOut: string };

export type Kind = "text" | "number" | "boolean" | "object" | "array";

/** What is so of less than this share of the values is no rule with exceptions. */
const mostly = 0.95;

/** What nearly all values that are not null are, and how many are not; undefined where they are mixed, or none. */
export function kindOf({
  types,
}: InferredField): { readonly kind: Kind; readonly others: number } | undefined {
  const { string = 0, integer = 0, number = 0, boolean = 0, object = 0, array = 0 } = types;
  const counts = { text: string, number: integer + number, boolean, object, array };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const [kind] = (Object.keys(counts) as Kind[]).sort((a, b) => counts[b] - counts[a]);
  if (!kind || total === 0 || counts[kind] < mostly * total) return undefined;
  return { kind, others: total - counts[kind] };
}

/**
 * Proposes what a column asks for whose values are scalars. What some of them are not becomes null; where nothing can
 * (`isStrict`, in a list), all must be alike.
 */
export function proposeScalar(field: InferredField, name: string, isStrict = false): Proposed {
  const { kind, others } = kindOf(field) ?? { others: 0 };
  if (!kind || (isStrict && others > 0)) return { leftOut: describeMixed(field) };
  if (kind === "text") return withMisfits(proposeText(field, name, isStrict), field, others);
  if (kind === "number" && (field.min === null || field.max === null)) return proposeBeyond(isStrict);
  if (kind === "number") return withMisfits(proposeNumber(rangeOf(field), name), field, others);
  return withMisfits({ shape: { type: "BOOLEAN" }, notes: [], misfits: 0 }, field, others);
}

/** Numbers of which some are beyond all doubles. */
function proposeBeyond(isStrict: boolean): Proposed {
  const beyond = "numbers beyond all doubles, such as 1e400";
  if (isStrict) return { leftOut: beyond };
  return { shape: { type: "DOUBLE", misfit: "nulled" }, notes: [`decide: null stands for ${beyond}`] };
}

/** Says what was seen where no one type fits. */
export function describeMixed({ types, example, firstSeen }: InferredField): string {
  const seen = Object.entries(types).map(([type, count]) => `${type} ${formatCount(count)}`);
  if (Object.keys(types).every((type) => type === "null")) return "nothing but null";
  return `${seen.join(", ")}, such as ${example}, first at ${formatPlace(firstSeen)}`;
}

interface Drafted {
  readonly shape: Shape;
  readonly notes: readonly string[];
  /** How many texts are not what the others are. */
  readonly misfits: number;
}

function withMisfits({ shape, notes, misfits }: Drafted, field: InferredField, others: number): Proposed {
  const count = misfits + others;
  if (count === 0) return { shape, notes };
  const total = field.count - field.nullCount;
  const note = `decide: ${formatCount(count)} of ${formatCount(total)} values do not fit; null stands for them, without misfit their rows are refused`;
  return { shape: { ...shape, misfit: "nulled" }, notes: [...notes, note] };
}

function proposeText(field: InferredField, name: string, isStrict: boolean): Drafted {
  const { formats, types, textNumbers } = field;
  const [format, count] = Object.entries(formats).sort(([, a], [, b]) => b - a)[0] ?? ["text", 0];
  const total = types.string ?? 0;
  const plain: Drafted = { ...proposePlainText(field, name), misfits: 0 };
  if (format === "JSON as text" && count >= mostly * total)
    return { shape: { type: "STRING" }, notes: [describeJsonText(field)], misfits: 0 };
  if (count < (isStrict ? 1 : mostly) * total) return plain;
  const misfits = total - count;
  const times = { instant: "TIMESTAMP", date: "DATE" } as const;
  if (format === "instant" || format === "date")
    return { shape: { type: times[format], coerce: format }, notes: [], misfits };
  if (format === "duration")
    return { shape: { type: "DOUBLE", coerce: "duration", unit: "seconds" }, notes: [], misfits };
  if (format === "boolean as text")
    return { shape: { type: "BOOLEAN", coerce: "boolean-text" }, notes: [], misfits };
  const isNumber =
    format === "number as text" && textNumbers && Number.isFinite(textNumbers.max - textNumbers.min);
  if (!isNumber || isIdName(name)) return plain;
  const { shape, notes } = proposeNumber(textNumbers, name);
  return { shape: shape.coerce ? shape : { ...shape, coerce: "number-text" }, notes, misfits };
}

function describeJsonText({ path }: InferredField): string {
  const draft = `contract propose --events ${JSON.stringify(path)} --as-text`;
  return `decide: these texts hold JSON; coercion: json-text reads it, and where each is an event, ${draft} drafts what is in them`;
}

/** Few values that come again and again are all there are, unless a person knows more. */
function proposePlainText(
  { values, types, nullCount, formats }: InferredField,
  name: string,
): Omit<Drafted, "misfits"> {
  const count = types.string ?? 0;
  const known = (values ?? []).filter((text) => text.startsWith('"') && !text.endsWith("…"));
  const areAll = known.length === (values?.length ?? 0) - (nullCount > 0 ? 1 : 0);
  const isSet = areAll && known.some((text) => text !== '""') && !known.some((text) => /[\s@]/.test(text));
  if (!isSet || isOpenName(name) || count < 20 || count < 5 * known.length || formats.text !== count)
    return { shape: { type: "STRING" }, notes: [] };
  const note = `decide: these are all values that ${formatCount(count)} texts had; others are counted as a warning, severity: error refuses them`;
  const texts = known.map((text) => JSON.parse(text) as string).sort();
  return { shape: { type: "STRING", values: texts, severity: "warning" }, notes: [note] };
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly areWhole: boolean;
}

function rangeOf({ min, max, types }: InferredField): NumberRange {
  return { min: min ?? -Infinity, max: max ?? Infinity, areWhole: !types.number };
}

function proposeNumber(range: NumberRange, name: string): Drafted {
  const { min, max, areWhole } = range;
  const unit = unitOfTime(range);
  if (unit && isTimeName(name)) {
    const factor = unit === "unix-seconds" ? 1000 : 1;
    const days = [min, max].map((time) => new Date(time * factor).toISOString().slice(0, 10));
    const note = `decide: taken for ${unit === "unix-seconds" ? "seconds" : "milliseconds"} since 1970, from ${days.join(" to ")}`;
    return { shape: { type: "TIMESTAMP", coerce: unit }, notes: [note], misfits: 0 };
  }
  const type = areWhole ? wholeOf(min, max) : "DOUBLE";
  const isShare = !areWhole && min >= 0 && max <= 1;
  const bounds = { ...(min >= 0 ? { min: 0 } : {}), ...(isShare ? { max: 1 } : {}) };
  const notes = unit && !isIdName(name) ? [`decide: these could be a time; then coercion: ${unit}`] : [];
  return { shape: { type, ...bounds }, notes, misfits: 0 };
}

function wholeOf(min: number, max: number): "INT32" | "INT64" | "DOUBLE" {
  if (min >= -(2 ** 31) && max < 2 ** 31) return "INT32";
  return min >= -(2 ** 63) && max < 2 ** 63 ? "INT64" : "DOUBLE";
}

/** What numbers count that lie from the year 2000 to 2100. */
function unitOfTime({ min, max }: NumberRange): "unix-seconds" | "unix-milliseconds" | undefined {
  const [from, to] = [946_684_800, 4_102_444_800];
  if (min >= from && max < to) return "unix-seconds";
  return min >= from * 1000 && max < to * 1000 ? "unix-milliseconds" : undefined;
}

const timeName =
  /(?:^|[_.-])(?:time|timestamp|date|at|ts|on|when|since|until)$|(?:At|Time|Timestamp|Date|Ts)$/;

function isTimeName(name: string): boolean {
  return timeName.test(name) || timeName.test(name.toLowerCase());
}

/** Whether a key names what there may be more of at any time: IDs, people, titles. */
function isOpenName(name: string): boolean {
  return isIdName(name) || /(?:^|[_.-]|[a-z](?=[A-Z]))(?:name|user|login|email|title)$/i.test(name);
}

/** Whether a key names what identifies something: that is no number to reckon with. */
export function isIdName(name: string): boolean {
  return /(?:^|[_.-])(?:id|uuid|guid|key)$/i.test(name) || /(?:Id|ID|Uuid|UUID|Guid)$/.test(name);
}
