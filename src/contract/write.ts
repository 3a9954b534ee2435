import { Document, isCollection, isMap, isPair, isScalar, type Node, visit } from "yaml";
import { toVisible } from "../base/text";
import type { Contract, ContractSummary, ContractTable } from "./model";
import { toCustom, writeColumn } from "./write-column";

/** Comments for the parts of a contract: itself, its identity, a table, a column; each a line. */
export type Notes = ReadonlyMap<object, readonly string[]>;

/**
 * Writes a contract as a file in the Open Data Contract Standard 3.1, in YAML, which reads as the same contract. Comments
 * stand before what they are about.
 */
export function writeContract(contract: Contract, notes: Notes = new Map()): string {
  const places = new Map<object, object>();
  const { id, version, doc, source, identity, unknownPaths, tables, summaries } = contract;
  const root = {
    apiVersion: "v3.1.0",
    kind: "DataContract",
    id,
    version,
    status: "draft",
    ...(doc ? { description: { purpose: doc } } : {}),
    ...toCustom({ source: { ...source }, identity: identity && { ...identity }, unknownPaths }),
    schema: [...tables, ...summaries].map((table) => writeTable(table, places)),
  };
  places.set(contract, root);
  return format(root, toComments(contract, notes, places, root));
}

function writeTable(table: ContractTable | ContractSummary, places: Map<object, object>): object {
  const isSummary = "of" in table;
  const { name, doc, columns } = table;
  const path = isSummary ? "$" : table.row;
  const written = {
    name,
    ...(doc ? { description: doc } : {}),
    ...toCustom(isSummary ? { summaryOf: table.of } : { row: table.row }),
    ...(isSummary ? {} : writeRules(table)),
    properties: columns.map((column) => writeColumn(column, { path, places })),
  };
  places.set(table, written);
  return written;
}

function writeRules({ name: own, rules, foreignKeys }: ContractTable): object {
  const relationships = foreignKeys.map(({ columns, table, references }) => ({
    from: columns.map((column) => `${own}.${column}`),
    to: references.map((column) => `${table}.${column}`),
  }));
  const quality = rules.map(({ name, doc, holds, severity }) => ({
    name,
    ...(doc ? { description: doc } : {}),
    type: "custom",
    engine: "user-activity",
    implementation: holds,
    severity,
  }));
  return {
    ...(relationships.length > 0 ? { relationships } : {}),
    ...(quality.length > 0 ? { quality } : {}),
  };
}

/** The comments by the plain values that they stand before; the identity's before the customProperty. */
function toComments(
  { identity }: Contract,
  notes: Notes,
  places: ReadonlyMap<object, object>,
  root: object,
): Map<unknown, string> {
  const custom = (root as { customProperties?: readonly { property: string }[] }).customProperties ?? [];
  return new Map(
    [...notes].map(([part, lines]) => {
      const place =
        part === identity ? custom.find(({ property }) => property === "identity") : places.get(part);
      return [place, lines.map((line) => ` ${toVisible(line)}`).join("\n")];
    }),
  );
}

/** Lists of at most a few plain values, and customProperties, are written on one line. */
function format(root: object, comments: ReadonlyMap<unknown, string>): string {
  const document = new Document(root, { keepSourceTokens: false, aliasDuplicateObjects: false });
  comment(document.contents as Node, root, comments);
  const head = comments.get(root);
  if (head) document.commentBefore = head;
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || !isCollection(value)) return;
      if (flowKeys.has(String(key.value))) value.flow = true;
      if (key.value === "customProperties" || key.value === "quality")
        for (const item of value.items) if (isMap(item) && !item.has("implementation")) item.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

const flowKeys = new Set(["logicalTypeOptions", "transformSourceObjects", "from", "to"]);

/** Puts the comments to the nodes that stand for the values; the document's own is put apart. */
function comment(node: Node, value: unknown, comments: ReadonlyMap<unknown, string>, isRoot = true): void {
  const own = isRoot ? undefined : comments.get(value);
  if (own) node.commentBefore = own;
  if (!isCollection(node)) return;
  for (const [at, item] of node.items.entries()) {
    const [part, child] = isPair(item)
      ? [(value as Record<string, unknown>)[String((item.key as { value: unknown }).value)], item.value]
      : [(value as readonly unknown[])[at], item];
    if (child) comment(child as Node, part, comments, false);
  }
}
