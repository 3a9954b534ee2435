import type { JsonObject } from "../base/json";
import type { AskingColumn } from "./describe";
import type { Step } from "./paths";
import type { refused, Sink, Template } from "./sink";

/** Reads a value: what it comes to, or `refused` with the reasons in the sink. */
export type Read = (value: unknown, sink: Sink) => unknown;

/** Reads what an object has for some columns into `values`, each at its own index; `refused` where there is none. */
export type FillObject = (object: JsonObject, sink: Sink, values: unknown[]) => void;

/** Makes an object by the names of some columns out of what another one has for them; `refused` where there is none. */
export type ReadRecord = (object: JsonObject, sink: Sink) => object | typeof refused;

/** A column, and the index that its value is put at. */
export interface Place {
  readonly column: AskingColumn;
  readonly index: number;
}

/** What prepares the reading of a value's parts: the one who reads objects lends it to those who read values. */
export interface Parts {
  readonly compileRecord: (columns: readonly AskingColumn[], base: readonly Step[]) => ReadRecord;
  readonly compileNullable: (column: AskingColumn) => Read;
}

/** Puts a value into the row that is read. */
export type FillRow = (reading: Reading) => void;

/** Where an event stands. */
export interface EventPlace {
  readonly partition: number;
  readonly offset: bigint;
  /** Its number among the events of its message, from 0; default 0. */
  readonly eventIndex?: number;
}

/** One event on its way to rows. */
export interface Reading {
  readonly place: EventPlace;
  readonly sink: Sink;
  readonly rows: unknown[];
  /** The values of the row that is read, by the number of their column. */
  readonly values: unknown[];
  /** Whether the outermost array is missing. */
  isAbsent: boolean;
}

export function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Adds that an object should stand there. */
export function failObject(sink: Sink, template: Template, value: unknown): typeof refused {
  return sink.fail(template, isMissing(value) ? "required" : "type", "an object", value);
}
