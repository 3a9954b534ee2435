import { ExactNumber } from "../base/exact-numbers";
import { isWellFormed } from "../base/text";
import { coerceValue } from "./coerce";
import { type AskingColumn, boundsOf, describeColumn } from "./describe";
import { quote, type Rule } from "./failures";
import { partsOf } from "./paths";
import { mostCharacters } from "./patterns";
import type { Read } from "./reading";
import type { Sink } from "./sink";

/** Why a value is refused; `expected` where more can be said than what the column asks for. */
interface Refusal {
  readonly rule: Rule;
  readonly expected?: string | undefined;
}

/** Finds what a sound value breaks; undefined where it is nothing. */
type Constraint = (value: never) => Refusal | undefined;

/** Prepares the reading of a scalar that is there: the coercion, the check of its type, then what else it must hold. */
export function compileScalar(column: AskingColumn): Read {
  const template = partsOf(column.from ?? column.name);
  const expected = describeColumn(column);
  const refuse = (sink: Sink, { rule, expected: more }: Refusal, value: unknown) =>
    sink.fail(template, rule, more ?? expected, value);
  const cast = compileCast(column);
  const constraints = constraintsOf(column) as unknown as readonly ((
    value: unknown,
  ) => Refusal | undefined)[];
  const isWarning = column.severity === "warning";
  if (constraints.length === 0)
    return (value, sink) => {
      const sound = cast(value);
      return isRefusal(sound) ? refuse(sink, sound, value) : sound;
    };
  return (value, sink) => {
    const sound = cast(value);
    if (isRefusal(sound)) return refuse(sink, sound, value);
    for (const constraint of constraints) {
      const broken = constraint(sound);
      if (!broken) continue;
      if (!isWarning) return refuse(sink, broken, value);
      const warning = { rule: broken.rule, expected: broken.expected ?? expected, received: quote(value) };
      sink.warn(template, { ...warning, by: `${column.name} ${broken.rule}` });
    }
    return sound;
  };
}

const wrongType: Refusal = Object.freeze({ rule: "type" });

function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null;
}

/** Coerces and checks the type: a scalar, or why it is none. */
function compileCast(column: AskingColumn): (value: unknown) => unknown {
  const { coerce, type } = column;
  const cast = casts[type as keyof typeof casts](column);
  if (!coerce) return type === "TIMESTAMP" || type === "DATE" ? () => wrongType : cast;
  const isDone = coerce !== "number-text";
  return (value) => {
    const coerced = coerceValue(coerce, value);
    if (!coerced) return wrongType;
    if (!("value" in coerced)) return { rule: coerce, expected: coerced.expected };
    return isDone ? coerced.value : cast(coerced.value);
  };
}

const casts = {
  STRING: () => (value: unknown) =>
    typeof value !== "string" ? wrongType : isWellFormed(value) ? value : illFormed,
  BOOLEAN: () => (value: unknown) => (typeof value === "boolean" ? value : wrongType),
  DOUBLE: () => toDouble,
  INT32: wholeCast,
  INT64: wholeCast,
  TIMESTAMP: () => () => wrongType,
  DATE: () => () => wrongType,
} as const satisfies Readonly<Record<string, (column: AskingColumn) => (value: unknown) => unknown>>;

const illFormed: Refusal = Object.freeze({ rule: "well-formed", expected: "text without a lone surrogate" });
const notWhole: Refusal = Object.freeze({ rule: "whole" });
const notFinite: Refusal = Object.freeze({ rule: "finite" });
const tooSmall: Refusal = Object.freeze({ rule: "minimum" });
const tooGreat: Refusal = Object.freeze({ rule: "maximum" });

function toDouble(value: unknown): number | Refusal {
  if (typeof value !== "number" && !(value instanceof ExactNumber)) return wrongType;
  const double = Number(value);
  return Number.isFinite(double) ? double : notFinite;
}

/** Whole numbers within bits and bounds; an ExactNumber's neighbour is as far out of bounds as itself. */
function wholeCast(column: AskingColumn): (value: unknown) => number | bigint | Refusal {
  const { min, max } = boundsOf(
    column.severity === "warning" ? { name: column.name, type: column.type, nullable: true } : column,
  );
  const isLong = column.type === "INT64";
  return (value) => {
    if (typeof value === "number") {
      if (!Number.isInteger(value)) return notWhole;
    } else if (!(value instanceof ExactNumber)) return wrongType;
    else if (!value.isWhole()) return notWhole;
    const number = Number(value);
    if (number < min) return tooSmall;
    if (number > max || (isLong && number >= 2 ** 63 && toBigInt(value) >= 2n ** 63n)) return tooGreat;
    return isLong ? toBigInt(value) : number === 0 ? 0 : number;
  };
}

/** A whole number by all its digits. */
function toBigInt(value: number | ExactNumber): bigint {
  if (typeof value === "number") return BigInt(value);
  const [digits = "0", power = "0"] = value.toDecimal().split("e");
  return BigInt(digits) * 10n ** BigInt(power);
}

/** What is asked of a value whose type is sound, in the order in which it is told; bounds of whole numbers are the cast's. */
function constraintsOf(column: AskingColumn): Constraint[] {
  const { type, minLength, maxLength, pattern, min, max, values } = column;
  const asked: Constraint[] = [];
  if (minLength) asked.push(minLength === 1 ? nonEmpty : atLeast(minLength));
  if (maxLength !== undefined) asked.push(atMost(maxLength));
  if (pattern !== undefined) {
    const expression = typeof pattern === "string" ? new RegExp(pattern, "u") : pattern;
    const most = mostCharacters(expression.source);
    const tooLong: Refusal = {
      rule: "pattern",
      expected: `at most ${most} characters, to try the pattern on`,
    };
    asked.push((text: string) => {
      if (text.length > most) return tooLong;
      return expression.test(text) ? undefined : { rule: "pattern" };
    });
  }
  if ((type !== "INT32" && type !== "INT64") || column.severity === "warning") {
    if (min !== undefined)
      asked.push((number: number) => (number < min ? describeBound(column, tooSmall) : undefined));
    if (max !== undefined)
      asked.push((number: number) => (number > max ? describeBound(column, tooGreat) : undefined));
  }
  if (values) {
    const known = new Set<unknown>(values);
    asked.push((value: unknown) =>
      known.has(typeof value === "bigint" ? Number(value) : value) ? undefined : { rule: "values" },
    );
  }
  return asked;
}

/** Of times, bounds are told as the contract writes them. */
function describeBound({ type, min, max }: AskingColumn, refusal: Refusal): Refusal {
  const bound = (refusal === tooSmall ? min : max) ?? 0;
  if (type !== "TIMESTAMP" && type !== "DATE") return refusal;
  const instant = new Date(type === "DATE" ? bound * 86_400_000 : bound).toISOString();
  const text = type === "DATE" ? instant.slice(0, 10) : instant;
  return { ...refusal, expected: `${refusal === tooSmall ? "at least" : "at most"} ${text}` };
}

const nonEmpty: Constraint = (text: string) => (text === "" ? { rule: "non-empty" } : undefined);

/** Characters are Unicode's: a pair of surrogates is one. */
function atLeast(least: number): Constraint {
  return (text: string) =>
    text.length < least || [...text].length < least ? { rule: "min-length" } : undefined;
}

function atMost(most: number): Constraint {
  return (text: string) =>
    text.length > most && (text.length > 2 * most || [...text].length > most)
      ? { rule: "max-length" }
      : undefined;
}
