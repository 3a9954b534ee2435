import { isObject } from "../base/json";
import { compileObject } from "../contract/compile-object";
import { compileRule } from "../contract/compile-rules";
import { compileNames } from "../contract/compile-value";
import type { Failure } from "../contract/failures";
import { failObject } from "../contract/reading";
import { Sink } from "../contract/sink";
import { type Schema, toColumn, toRule } from "./schema";

/** The values of what satisfies the schema, by column, or every reason why it does not. */
export type Enforced<R> =
  | { readonly ok: true; readonly values: R }
  | { readonly ok: false; readonly failures: readonly Failure[] };

type Enforce = (value: unknown, at: string) => Enforced<unknown>;

const compiled = new WeakMap<object, Enforce>();

/**
 * Holds a value to a schema: coerces where a field says so, then checks. Keys that the schema does not name are no
 * reason to refuse; inherited ones are not seen. An absent parent is one failure, not one for each field below it.
 * A schema is compiled when it is first held to.
 *
 * @param at JSON path of the value, which the failures' paths start with; default: the event itself.
 */
export function enforceSchema<R>(schema: Schema<R>, value: unknown, at = ""): Enforced<R> {
  const enforce = compiled.get(schema) ?? compileSchema(schema);
  compiled.set(schema, enforce);
  return enforce(value, at) as Enforced<R>;
}

function compileSchema<R>(schema: Schema<R>): Enforce {
  const columns = schema.fields.map(toColumn);
  const toObject = compileNames(columns.map(({ name }) => name));
  const fill = compileObject(
    columns.map((column, index) => ({ column, index })),
    [],
  );
  const rules = schema.rules.map((rule) => compileRule(toRule(rule), columns, "$"));
  return (value, at) => {
    const sink = new Sink(at);
    const values: unknown[] = [];
    if (isObject(value)) {
      fill(value, sink, values);
      for (const holdTo of rules) holdTo(values, sink);
    } else failObject(sink, ["$"], value);
    const { failures } = sink;
    if (failures.length > 0) return { ok: false, failures };
    return { ok: true, values: toObject(values) };
  };
}
