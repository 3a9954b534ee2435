import type { Contract, ContractColumn } from "../contract/model";
import { fingerprintContract } from "../events/fingerprint";
import { readersOf } from "../events/readers";
import { modelOf } from "../tables/lake-model";
import { ownTables } from "../tables/tables";
import { type Counting, countingOf } from "./counting";
import { messages, toNoRow } from "./messages";
import { quoteName, toExpression, toWireType } from "./types";
import { failureColumns } from "./wire";

/** What PySpark has to know of a contract and of the system's own tables: names, types and expressions, no rule. */
export interface SparkPlan extends Counting {
  /** Tells contracts apart. */
  readonly contract: string;
  /** Whether a message is one event; else its events are counted, too. */
  readonly isOneEach: boolean;
  /** The columns of messages as Spark's source gives them, each null, and the expressions that make them rows of raw_data. */
  readonly message: string;
  readonly raw: readonly string[];
  /** The expression that makes a row of raw_data the value's bytes again, in base64. */
  readonly bytes: string;
  /** The columns of quarantine, and the type of why tables refuse an event. */
  readonly quarantine: readonly string[];
  readonly refusals: string;
  /** The columns of what a lake knows of each identity, each null. */
  readonly known: string;
  /** The columns of what the rules make of an event, as `decide` writes them. */
  readonly decided: string;
  /** Of what was decided: the list of an event's warnings that count, and how many messages quarantine has to hold. */
  readonly warned: string;
  readonly refused: string;
  readonly tables: readonly SparkTable[];
  readonly summaries: readonly SparkSummary[];
}

export interface SparkTable {
  readonly name: string;
  /** 0 for the tables that decide whether an event lands, 1 for those of its parts. */
  readonly group: 0 | 1;
  /** The expression of its rows, of what was decided. */
  readonly rows: string;
  /** The expressions that make its columns of `row`. */
  readonly columns: readonly string[];
}

export interface SparkSummary extends Omit<SparkTable, "rows"> {
  /** The type of its row as it travels. */
  readonly wire: string;
}

/** Derives from a contract what PySpark has to know. */
export function planSpark(contract: Contract): SparkPlan {
  const { partTables } = modelOf(contract);
  const groupOf = (name: string) => (partTables.includes(name) ? 1 : 0);
  const failures = failureColumns.map((name) => `${name}: STRING`).join(", ");
  return {
    contract: `${contract.id} ${fingerprintContract(contract)}`,
    isOneEach: readersOf(contract).isOneEach,
    ...messages,
    ...countingOf(contract),
    quarantine: ownTables.quarantine.columns.map(({ name }) => name),
    refusals: `ARRAY<STRUCT<table: STRING, failures: ARRAY<STRUCT<${failures}>>>>`,
    known: toNoRow({ exam: "STRING", graded_hash: "STRING", in_0: "INT", in_1: "INT", last_in: "INT" }),
    decided: decidedColumns.join(", "),
    ...{ warned, refused },
    tables: contract.tables.map((table) => toTable(table, groupOf(table.name))),
    summaries: contract.summaries.map(({ name, of, columns }) => {
      return { ...toColumns(name, columns), group: groupOf(of), wire: toWireType(columns) };
    }),
  };
}

/** Where an event stands, whose it is, its hash, why it is none, and what each group makes of it, alone or behind another. */
const decidedColumns = [
  ...["partition INT", "offset BIGINT", "event INT", "exam STRING", "hash STRING", "undecoded STRING"],
  ...["rows_0 STRING", "warnings_0 STRING", "refused_0 STRING", "behind_0 STRING"],
  ...["rows_1 STRING", "warnings_1 STRING", "refused_1 STRING"],
];

const warnings = [0, 1].map(
  (group) => `if(lands_${group}, from_json(warnings_${group}, 'ARRAY<STRING>'), NULL)`,
);
const warned = `flatten(filter(array(${warnings.join(", ")}), one -> one IS NOT NULL))`;

/** Not by the texts alone: one that is counted as refused has to have one. */
const isRefused = "kind = 'quarantined' OR exists(refused, text -> text IS NOT NULL)";
const refused = `count(DISTINCT if(${isRefused}, struct(partition, offset), NULL))`;

function toTable(
  { name, columns }: { readonly name: string; readonly columns: readonly ContractColumn[] },
  group: 0 | 1,
): SparkTable {
  const type = `STRUCT<${quoteName(name)}: ARRAY<${toWireType(columns)}>>`;
  const rows = `from_json(rows_${group}, '${type}', map('mode', 'FAILFAST')).${quoteName(name)}`;
  return { ...toColumns(name, columns), group, rows };
}

function toColumns(name: string, columns: readonly ContractColumn[]) {
  return { name, columns: columns.map((column) => toExpression(column, "row")) };
}
