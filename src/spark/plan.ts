import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json";
import type { Contract, ContractColumn } from "../contract/model";
import { tables } from "../tables/tables";
import { messages, toNoRow } from "./messages";
import { quoteName, toExpression, toWireType } from "./types";
import { failureColumns } from "./wire";

/** What PySpark has to know of a contract and of the system's own tables: names, types and expressions, no rule. */
export interface SparkPlan {
  /** Tells contracts apart. */
  readonly contract: string;
  /** The columns of messages as Spark's source gives them, each null, and the expressions that make them rows of raw_data. */
  readonly message: string;
  readonly raw: readonly string[];
  /** The expression that makes a row of raw_data the value's bytes again, in base64. */
  readonly bytes: string;
  /** The columns of quarantine, and the type of its failures. */
  readonly quarantine: readonly string[];
  readonly failures: string;
  /** The columns of what a lake knows of each exam ID, each null. */
  readonly known: string;
  /** The columns of what the rules make of an event, as `decide` writes them. */
  readonly decided: string;
  /** The first one decides whether a message counts as graded. */
  readonly tables: readonly SparkTable[];
  readonly summaries: readonly (SparkTable & { readonly of: string })[];
}

export interface SparkTable {
  readonly name: string;
  /** Type of a row as it travels. */
  readonly wire: string;
  /** The expressions that make its columns of `row`. */
  readonly columns: readonly string[];
  /** The columns of `decided` that hold its rows and its failures; of a summary neither. */
  readonly rows: string;
  readonly failures: string;
}

/** Derives from a contract what PySpark has to know. */
export function planSpark(contract: Contract): SparkPlan {
  const made = orderTables(contract).map((table, index) => toTable(table, index));
  const taken = Object.fromEntries(made.map((_, index) => [`in_${index}`, "INT"]));
  const outcomes = made.flatMap(({ rows, failures }) => [`${rows} STRING`, `${failures} STRING`]);
  return {
    contract: `${contract.id} ${fingerprint(contract)}`,
    ...messages,
    quarantine: tables.quarantine.columns.map(({ name }) => name),
    failures: `ARRAY<STRUCT<${failureColumns.map((name) => `${name}: STRING`).join(", ")}>>`,
    known: toNoRow({ exam: "STRING", graded_hash: "STRING", ...taken, last_in: "INT" }),
    decided: [...placeColumns, ...outcomes].join(", "),
    tables: made,
    summaries: contract.summaries.map((summary) => ({ ...toTable(summary, -1), of: summary.of })),
  };
}

/** Where an event stands, whose it is, its hash, what it is refused for behind a graded one, warnings, why it is none. */
const placeColumns = [
  "partition INT",
  "offset BIGINT",
  "event INT",
  "exam STRING",
  "hash STRING",
  "conflict STRING",
  "warnings STRING",
  "undecoded STRING",
];

/** A contract's tables, that of whole events first: it is the one that grades. */
export function orderTables({ tables }: Contract): Contract["tables"] {
  const isWhole = ({ row }: { readonly row: string }) => row === "$";
  return [...tables.filter(isWhole), ...tables.filter((table) => !isWhole(table))];
}

function toTable(
  { name, columns }: { readonly name: string; readonly columns: readonly ContractColumn[] },
  index: number,
): SparkTable {
  return {
    name,
    wire: toWireType(columns),
    columns: columns.map((column) => toExpression(column, "row")),
    rows: quoteName(`rows_${index}`),
    failures: quoteName(`failures_${index}`),
  };
}

/** 16 hexadecimal digits that change with anything that the contract says. */
function fingerprint(contract: Contract): string {
  return createHash("sha256").update(canonicalJson(contract)).digest("hex").slice(0, 16);
}
