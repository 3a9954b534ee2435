import { readFileSync } from "node:fs";
import { UsageError } from "../base/errors";
import { checkContract } from "./check";
import { type ContractDocument, parseContractText } from "./document";
import { Entry } from "./entry";
import type {
  Contract,
  ContractForeignKey,
  ContractRule,
  ContractSummary,
  ContractTable,
  Identity,
  Source,
} from "./model";
import { customOf, keysOf } from "./odcs-keys";
import { formatPath, parsePath } from "./paths";
import { ContractError, Problems, show } from "./problems";
import { readColumn } from "./read-column";

/** Reads a contract's file. Throws a UsageError where it can't be read, a ContractError with all that is wrong in it. */
export function readContractFile(path: string): Contract {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code = "an error" } = cause as NodeJS.ErrnoException;
    const expected = `contract ${path}: expected a file that can be read, received ${code}`;
    throw new UsageError(`${expected}; name one, or set CONTRACT`, { cause });
  }
  return readContract(text, path);
}

/** The rules of a contract's tables that are of other engines, as `sessions: in-order (engine soda)`: nothing here holds to them. */
export function findPassedOver(path: string): string[] {
  const { root } = parseContractText(readFileSync(path, "utf8"), path);
  const { schema } = root as { schema: readonly { name: string; quality?: readonly Quality[] }[] };
  return schema.flatMap(({ name, quality = [] }) =>
    quality
      .filter(({ type, engine }) => type === "custom" && engine !== ownEngine)
      .map((one) => `${name}: ${one.name ?? "a rule"} (engine ${one.engine ?? "none"})`),
  );
}

interface Quality {
  readonly type?: string;
  readonly engine?: string;
  readonly name?: string;
}

const ownEngine = "user-activity";

/**
 * Reads a contract in the Open Data Contract Standard 3.1.
 *
 * @param file What the problems' lines name.
 */
export function readContract(text: string, file = "contract"): Contract {
  const document = parseContractText(text, file);
  const problems = new Problems();
  const contract = readRoot(document, problems);
  if (contract && problems.found.length === 0) checkContract(contract, problems);
  if (!contract || problems.found.length > 0) throw new ContractError(file, document.locate(problems.found));
  return contract;
}

function readRoot({ root }: ContractDocument, problems: Problems): Contract | undefined {
  if (typeof root !== "object" || root === null || Array.isArray(root)) {
    problems.add([], "keys and values", show(root), "begin with apiVersion: v3.1.0");
    return undefined;
  }
  const entry = new Entry(root, [], problems);
  entry.allow(keysOf.document);
  if (entry.value("apiVersion") !== "v3.1.0")
    entry.refuse("apiVersion", "v3.1.0", "write apiVersion: v3.1.0");
  if (entry.value("kind") !== "DataContract")
    entry.refuse("kind", "DataContract", "write kind: DataContract");
  const id = entry.requiredText("id");
  const version = entry.requiredText("version");
  entry.requiredText("status");
  const doc = entry.entry("description")?.text("purpose");
  const custom = entry.custom(customOf.document);
  const identity = readIdentity(custom.entry("identity"));
  const schema = entry.entries("schema").map(readTable);
  return {
    id,
    version,
    ...(doc ? { doc } : {}),
    source: readSource(custom.entry("source")),
    ...(identity ? { identity } : {}),
    unknownPaths: custom.choice("unknownPaths", ["ignored", "reported", "refused"]) ?? "reported",
    tables: schema.flatMap((one) => ("row" in one ? [one] : [])),
    summaries: schema.flatMap((one) => ("of" in one ? [one] : [])),
  };
}

function readSource(entry: Entry | undefined): Source {
  if (!entry) return { events: "$" };
  entry.allow(["events", "registryFrame", "asText"]);
  return {
    events: readPath(entry, "events", "$"),
    ...(entry.flag("registryFrame") ? { registryFrame: true } : {}),
    ...(entry.flag("asText") ? { asText: true } : {}),
  };
}

function readIdentity(entry: Entry | undefined): Identity | undefined {
  if (!entry) return undefined;
  entry.allow(["path", "counts", "by"]);
  const counts = entry.choice("counts", ["first", "latest"]) ?? "first";
  const by = entry.text("by");
  if (counts === "latest" && !by) entry.refuse("by", "a column, as in grades_ID.recorded_at", "name it");
  if (counts === "first" && by) entry.refuse("by", "none with counts: first", "take it out");
  const identity: Identity = { path: readPath(entry, "path", ""), counts, ...(by ? { by } : {}) };
  return entry.problems.remember(identity, entry.at);
}

function readPath(entry: Entry, key: string, fallback: string): string {
  const text = fallback === "" ? entry.requiredText(key) : (entry.text(key) ?? fallback);
  const steps = parsePath(text);
  if (!steps && text !== "")
    entry.refuse(key, "a path such as a.b or a[].b, of at most 32 steps", "write one");
  return steps ? formatPath(steps) : text;
}

/** A table of rows, or a summary of one. */
function readTable(entry: Entry): ContractTable | ContractSummary {
  entry.allow(keysOf.table);
  const custom = entry.custom(customOf.table);
  const name = entry.requiredText("name");
  const doc = entry.text("description");
  const of = custom.text("summaryOf");
  const row = of === undefined ? readPath(custom, "row", "$") : "$";
  const around = { path: row, isField: false, isSummary: of !== undefined };
  const columns = entry.entries("properties").map((column) => readColumn(column, around));
  if (columns.length === 0) entry.refuse("properties", "the table's columns", "add them");
  const named = { name, ...(doc ? { doc } : {}) };
  const rules = readRules(entry);
  const foreignKeys = readForeignKeys(entry);
  if (of !== undefined) return entry.problems.remember({ ...named, of, columns }, entry.at);
  return entry.problems.remember({ ...named, row, columns, rules, foreignKeys }, entry.at);
}

/** The rules between columns; checks of other engines, in SQL or in words are for other tools. */
function readRules(entry: Entry): ContractRule[] {
  return entry.entries("quality").flatMap((quality) => {
    quality.allow(keysOf.quality);
    if (quality.text("type") !== "custom" || quality.text("engine") !== ownEngine) return [];
    const doc = quality.text("description");
    const severity = quality.choice("severity", ["error", "warning"]) ?? "error";
    const named = { name: quality.requiredText("name"), ...(doc ? { doc } : {}) };
    const rule = { ...named, holds: quality.requiredText("implementation"), severity };
    return [entry.problems.remember(rule, quality.at)];
  });
}

function readForeignKeys(entry: Entry): ContractForeignKey[] {
  return entry.entries("relationships").flatMap((relationship) => {
    relationship.allow(keysOf.relationship);
    const from = relationship.texts("from") ?? [];
    const to = relationship.texts("to") ?? [];
    const [table = ""] = to.map((one) => one.split(".")[0] ?? "");
    const own = `${entry.text("name")}.`;
    if (from.length === 0 || from.length !== to.length || !from.every((one) => one.startsWith(own)))
      relationship.refuse(
        "from",
        `columns of ${own.slice(0, -1)}, as many as in to`,
        "write table.column for each",
      );
    if (!to.every((one) => one.startsWith(`${table}.`)))
      relationship.refuse("to", "columns of one table", "write table.column for each");
    const columns = from.map((one) => one.slice(own.length));
    const key = { columns, table, references: to.map((one) => one.slice(table.length + 1)) };
    return [entry.problems.remember(key, relationship.at)];
  });
}
