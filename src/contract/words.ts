import { formatTable } from "../base/terminal";
import { cutText, formatCountOf, toVisible } from "../base/text";
import type { Contract, ContractColumn, ContractSummary, ContractTable } from "./model";

/** A contract as a person reads it: what it is about, then a table for each of its tables, cut to fit `width`. */
export function formatContract(contract: Contract, width = Number.POSITIVE_INFINITY): string {
  const tables = [...contract.tables, ...contract.summaries].map((table) => formatOne(table, width));
  return [describeContract(contract).join("\n"), ...tables].join("\n\n");
}

/** Says in one line what a contract holds. */
export function countContract({ tables, summaries }: Contract): string {
  const columns = [...tables, ...summaries].reduce((sum, table) => sum + table.columns.length, 0);
  const rules = tables.reduce((sum, table) => sum + table.rules.length, 0);
  const summed = summaries.length === 1 ? "1 summary" : `${summaries.length} summaries`;
  const counts = [formatCountOf(tables.length, "table"), summed, formatCountOf(columns, "column")];
  return [...counts, formatCountOf(rules, "rule")].join(", ");
}

function describeContract({ id, version, doc, source, identity, unknownPaths }: Contract): string[] {
  const events = source.events === "$" ? "the message's value" : source.events;
  const text = source.asText ? ", as text that holds JSON" : "";
  const frame = source.registryFrame ? ", behind a schema registry's five bytes" : "";
  const latest = identity?.counts === "latest" ? `the latest by ${identity.by}` : "the first by offset";
  return [
    `${id} ${version}${doc ? `: ${doc}` : ""}`,
    `  an event is ${events}${text}${frame}`,
    identity ? `  told from others by ${identity.path}; ${latest} counts` : "  each counts for itself",
    `  paths that no column comes from are ${unknownPaths}`,
  ].map(toVisible);
}

function formatOne(table: ContractTable | ContractSummary, width: number): string {
  const head = ["column", "type", "null", "from", "asks for", "meaning"];
  const lines = table.columns.flatMap((column) => toLines(column, ""));
  const room = Math.max(12, Math.floor((width - widthOf(lines, head)) / 3));
  const cut = lines.map((line) => line.map((text, at) => (at > 2 ? cutText(toVisible(text), room) : text)));
  return [describeTable(table), formatTable(head, cut, []), ...describeRules(table)].join("\n");
}

/** How wide the first three columns and all lines between columns are. */
function widthOf(lines: readonly (readonly string[])[], head: readonly string[]): number {
  const widest = [0, 1, 2].map((at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  return widest.reduce((sum, one) => sum + one, 3 * head.length + 1);
}

function describeTable(table: ContractTable | ContractSummary): string {
  const row =
    "of" in table
      ? `sums over ${table.of}`
      : table.row === "$"
        ? "a row an event"
        : `a row for each of ${table.row}`;
  return toVisible(`${table.name} (${row})${table.doc ? `: ${table.doc}` : ""}`);
}

function describeRules(table: ContractTable | ContractSummary): string[] {
  if ("of" in table) return [];
  return table.rules.map(({ name, holds, severity, doc }) =>
    toVisible(`  ${severity} ${name}: ${holds}${doc ? ` (${doc})` : ""}`),
  );
}

/** A line for a column, and one for each part of it. */
function toLines(column: ContractColumn, prefix: string): string[][] {
  const { name, type, nullable, from, derived, doc = "", nullMeans, unit, items, fields = [] } = column;
  const own = prefix + name;
  const facts = [unit, nullMeans && `null: ${nullMeans}`].filter(Boolean).join("; ");
  const origin = derived === undefined ? (from ?? "") : `= ${derived}`;
  const meaning = facts ? `${doc} (${facts})`.trimStart() : doc;
  const line = [own, typeOf(column), nullable ? "null" : "", origin, describeAsked(column), meaning];
  if (type === "STRUCT") return [line, ...fields.flatMap((field) => toLines(field, `${own}.`))];
  if (!items) return [line];
  const parts = items.fields?.flatMap((field) => toLines(field, `${own}[].`));
  return [line, ...(parts ?? (items.items ? toLines({ ...items, name: "[]" }, own) : []))];
}

function typeOf({ type, items }: ContractColumn): string {
  return items ? `${type}<${items.type}>` : type;
}

/** What a column asks of a value beside its type, in short. */
export function describeAsked(column: ContractColumn): string {
  const { coerce, minLength, maxLength, pattern, min, max, values, severity, misfit, keyPosition } = column;
  const asked = [
    keyPosition === undefined ? "" : `key ${keyPosition}`,
    coerce ?? "",
    rangeOf("length", minLength, maxLength),
    pattern === undefined ? "" : `/${pattern}/`,
    rangeOf("", min, max),
    values ? `one of ${values.join(", ")}` : "",
    severity === "warning" ? "(warning)" : "",
    misfit ? "null where it does not fit" : "",
  ];
  return asked.filter(Boolean).join(", ");
}

function rangeOf(what: string, least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return "";
  const range =
    most === undefined ? `from ${least}` : least === undefined ? `to ${most}` : `${least} to ${most}`;
  return what ? `${what} ${range}` : range;
}
