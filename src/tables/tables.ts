import { shippedContract } from "../contract/shipped";
import { type Column, listOfStructs, nullable, required } from "./columns";
import { toContractTable } from "./contract-tables";

import type { TableRows } from "./rows";

export type { Column, ColumnType, ScalarType } from "./columns";
export type * from "./rows";

/** The names of the five tables of the shipped contract's lakes, which are those of their directories too. */
export type ShippedName = keyof TableRows;

/** The name of a table of any lake, and of its directory. */
export type TableName = ShippedName | (string & {});

/** Named columns in their fixed order; N is the table's name, which decides what its rows look like. */
export interface Table<N extends string = string> {
  readonly name: N;
  readonly columns: readonly Column[];
  /** What one row is. */
  readonly doc?: string;
}

/** The row type of one table: STRING is string, INT32 and DOUBLE number, INT64 bigint, TIMESTAMP ms UTC, DATE days since 1970. */
export type RowOf<N extends string> = N extends ShippedName ? TableRows[N] : object;

const origin = [
  required("partition", "INT32", "Partition of the message.", { min: 0 }),
  required("offset", "INT64", "Offset of the message, unique within its partition.", { min: 0 }),
];
const topic = required("topic", "STRING", "Topic the message was read from.");
const timestamp = nullable(
  "timestamp",
  "TIMESTAMP",
  "The message's timestamp; one beyond the year 275760 stands as the last instant that readers know.",
  "it has none",
);

const header = [
  required("key", "STRING", "The header's name, which may stand more than once."),
  nullable("value", "STRING", "The header's value.", "no value, or value_base64 holds it"),
  nullable(
    "value_base64",
    "STRING",
    "The value in base64, where it is not UTF-8.",
    "value holds it, or none",
  ),
];

const failure = [
  required("path", "STRING", "JSON path of the refused value."),
  required("rule", "STRING", "Name of the rule that it broke."),
  required("expected", "STRING", "What the rule asks for, in words."),
  required("received", "STRING", "What stood there, quoted, or that nothing did."),
];

/** Version of the tables' columns, for readers: raised where one changes its name, its type or its nullability. */
export const schemaVersion = 2;

/** The tables that every lake has, whatever its contract says. */
export const ownTables: { readonly [N in "raw_data" | "quarantine"]: Table<N> } = {
  raw_data: {
    name: "raw_data",
    doc: "One Kafka message, duplicates and undecodable ones included.",
    columns: [
      topic,
      ...origin,
      timestamp,
      nullable("key", "STRING", "The message's key.", "no key, or key_base64 holds it"),
      nullable(
        "key_base64",
        "STRING",
        "The key in base64, where it is not UTF-8.",
        "key holds it, or there was none",
      ),
      nullable("value", "STRING", "The message's value, verbatim.", "a tombstone, or value_base64 holds it"),
      nullable(
        "value_base64",
        "STRING",
        "The value in base64, where it is not UTF-8.",
        "value holds it, or there was none",
      ),
      required("headers", listOfStructs(header), "The message's headers, in their order."),
    ],
  },
  quarantine: {
    name: "quarantine",
    doc: "One event refused by one table, with every reason.",
    columns: [
      topic,
      ...origin,
      timestamp,
      required("table", "STRING", "The table that refused it; events where the bytes are no JSON object."),
      required("failures", listOfStructs(failure), "Every reason why it was refused."),
      nullable("value", "STRING", "The message's value, verbatim.", "a tombstone, or value_base64 holds it"),
      nullable(
        "value_base64",
        "STRING",
        "The message's value in base64.",
        "value holds it, or there was none",
      ),
    ],
  },
};

/** The five tables by name, with their columns in order: the system's own, and those of the shipped contract. */
export const tables: { readonly [N in ShippedName]: Table<N> } = {
  raw_data: ownTables.raw_data,
  questions_pool_data: toContractTable(shippedContract, "questions_pool_data"),
  grades_ID: toContractTable(shippedContract, "grades_ID"),
  course_ID: toContractTable(shippedContract, "course_ID"),
  quarantine: ownTables.quarantine,
};
