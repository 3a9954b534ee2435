import { formatCount, formatCountOf } from "../base/text";
import type { Contract, ContractColumn, ContractTable, Identity, Source } from "../contract/model";
import { countArrays, parsePath } from "../contract/paths";
import { type Inference, type InferredField, type InferredSchema, toInferredSchema, withMaps } from "./infer";
import { areKeysData } from "./map-keys";
import { Names, toName } from "./propose-names";
import { isIdName, kindOf } from "./propose-scalar";
import { type Around, draftTable, keysOf, type TableDraft } from "./propose-table";
import { type FieldTree, proposeValue, toColumn, toContractPath, toTree } from "./propose-value";

/** A contract as a first draft, with comments where a person has to decide. */
export interface ContractDraft {
  readonly contract: Contract;
  /** By the part that they are about. */
  readonly notes: ReadonlyMap<object, readonly string[]>;
}

/** What is known beside the events. */
export interface ProposeOptions {
  /** Of the contract and of the table whose rows are the events. */
  readonly name: string;
  /** Where in a message the events were found. */
  readonly source: Source;
  /** What the events are, in words, as in `3,280 events of data/assessments.json`; default: how many. */
  readonly of?: string;
}

/** The most tables that a contract may have. */
const mostTables = 50;

/** Drafts a contract that takes what an inference saw: a table of the events, and one of each array or map of objects. */
export function proposeContract(inference: Inference, options: ProposeOptions): ContractDraft {
  const schema = toInferredSchema(withMaps(inference, areKeysData));
  const tree = toTree(schema);
  const identity = findIdentity(schema);
  const { drafts, left } = draftTables(tree, schema.eventCount, aroundEvents(tree, identity, options.source));
  const names = new Names(["raw_data", "quarantine", "events"]);
  const tables = drafts.map((draft) => toTable(draft, names, options.name));
  const told = identity && toIdentity(identity);
  const contract: Contract = {
    id: options.name.replace(/[^A-Za-z0-9_-]+/g, "-") || "draft",
    version: "0.1.0",
    source: options.source,
    ...(told ? { identity: told } : {}),
    unknownPaths: "reported",
    tables,
    summaries: [],
  };
  const notes = new Map<object, readonly string[]>([[contract, describeDraft(schema, options, told, left)]]);
  if (identity && told) notes.set(told, describeIdentity(identity, schema));
  for (const [at, draft] of drafts.entries()) {
    for (const [column, lines] of draft.notes) notes.set(column, lines);
    if (draft.tableNotes.length > 0) notes.set(tables[at] ?? {}, draft.tableNotes);
  }
  return { contract, notes };
}

/** What many events may share, though few do in a small sample. */
const ofOthers =
  /^(?:user|person|actor|account|session|course|client|customer|device|org|tenant)[_-]?(?:id|uuid)$/i;

interface FoundIdentity {
  readonly field: InferredField;
  readonly others: readonly InferredField[];
}

/** Finds the path that tells events from each other: always there, nearly always another, and named or made like an ID. */
function findIdentity({ fields, eventCount }: InferredSchema): FoundIdentity | undefined {
  const isUuid = ({ formats, count }: InferredField) => formats.uuid === count;
  const fitting = fields.filter((field) => {
    const { key, path, count, nullCount, distinctCount, types, shortest } = field;
    const isText = types.string === count && (shortest ?? 0) > 0;
    const isOne = distinctCount !== null && count === eventCount && nullCount === 0;
    const isNamed = (isIdName(key ?? "") || isUuid(field)) && !ofOthers.test(key ?? "");
    const isThere = isOne && isNamed && (isText || isWhole(field)) && toContractPath(path) !== undefined;
    return isThere && Math.min(distinctCount, count) >= 0.8 * count;
  });
  const depthOf = ({ path }: InferredField) => parsePath(path)?.length ?? 0;
  const isPlain = (field: InferredField) => /^id$/i.test(field.key ?? "");
  const [field, ...others] = [...fitting].sort(
    (a, b) =>
      depthOf(a) - depthOf(b) ||
      Number(isPlain(b)) - Number(isPlain(a)) ||
      Number(isUuid(b)) - Number(isUuid(a)),
  );
  return field && { field, others };
}

/** Whether all values are whole numbers that a column of them holds. */
function isWhole({ types, count, min, max }: InferredField): boolean {
  return types.integer === count && min !== null && max !== null && Math.max(-min, max) < 2 ** 63;
}

function toIdentity({ field }: FoundIdentity): Identity {
  return { path: toContractPath(field.path) ?? field.path, counts: "first" };
}

function describeIdentity({ field, others }: FoundIdentity, { eventCount }: InferredSchema): string[] {
  const count = Math.min(field.distinctCount ?? 0, eventCount);
  const different = `${count < 2048 ? "" : "about "}${formatCountOf(count, "different value")}`;
  const also = others.map(({ path }) => path).slice(0, 5);
  const fact = `decide: ${field.path} is in each of ${formatCountOf(eventCount, "event")}, with ${different}; of events that share one the first by offset counts`;
  return also.length > 0 ? [fact, `as nearly unique: ${also.join(", ")}`] : [fact];
}

function describeDraft(
  { eventCount, omittedCount }: InferredSchema,
  { of }: ProposeOptions,
  identity: Identity | undefined,
  left: readonly string[],
): string[] {
  const events = of ?? formatCountOf(eventCount, "event");
  return [
    `Draft of what ${events} showed: edit it where a comment says "decide", then take the comment out.`,
    "docs/contract.md says what each field means; user-activity contract check says whether it is in order.",
    ...(identity
      ? []
      : ["decide: nothing tells events from each other, so each counts; name one as identity"]),
    ...(omittedCount > 0 ? [`${formatCount(omittedCount)} values at further paths were passed over`] : []),
    ...left,
  ];
}

/** The table of the events, then those of the arrays in each other, outer ones first. */
function draftTables(
  tree: FieldTree,
  eventCount: number,
  event: EventColumns,
): { readonly drafts: TableDraft[]; readonly left: string[] } {
  const drafts: TableDraft[] = [];
  const todo = [{ row: "", count: eventCount }];
  while (drafts.length < mostTables) {
    const next = todo.shift();
    if (!next) break;
    const around = aroundOf(tree, next.row, event);
    const { draft, rows } = draftTable(tree, next.row, next.count, around);
    drafts.push(draft);
    todo.push(...rows.map(({ path, count }) => ({ row: path, count })));
  }
  return { drafts, left: todo.map(({ row }) => `left out: ${row}: more tables than a contract may have`) };
}

/** What tells an event from others. */
interface EventColumns {
  /** Its identity, where it has one. */
  readonly identity: ContractColumn | undefined;
  /** Where its message stands, and its number in there where a message may hold several. */
  readonly place: readonly ContractColumn[];
}

function aroundEvents(tree: FieldTree, found: FoundIdentity | undefined, { events }: Source): EventColumns {
  const number = countArrays(parsePath(events) ?? []) > 0 ? [ofPlace("event", "INT32")] : [];
  return {
    identity: found && toKey(tree, found.field),
    place: [ofPlace("partition", "INT32"), ofPlace("offset", "INT64"), ...number],
  };
}

/** What tells a row from others: the event's identity, or its message's place, and the row's number in its event. */
function aroundOf(tree: FieldTree, row: string, { identity, place }: EventColumns): Around {
  const own = identity ? [identity] : place;
  if (row === "") return identity ? { first: own, last: place } : { first: [], last: counted(own) };
  const name = parsePath(row)?.findLast((step) => "key" in step);
  const key = name && "key" in name ? name.key : "row";
  const index = { ...ofPlace("index", "INT32"), name: toName(`${key}_index`) };
  const entry = row.includes("{}") ? [ofPlace("key", "STRING")] : [];
  return { first: [...counted([...own, index]), ...entry, ...idsAround(tree, row)], last: [] };
}

/** The columns of a primary key, in their order. */
function counted(columns: readonly ContractColumn[]): ContractColumn[] {
  return columns.map((column, at) => ({ ...column, keyPosition: at + 1 }));
}

/** The IDs of the arrays' elements that a row stands in. */
function idsAround(tree: FieldTree, row: string): ContractColumn[] {
  const ends = [...row.matchAll(/\[\](?=.)/g)].map(({ index }) => index + 2);
  return ends.flatMap((end) => {
    const path = row.slice(0, end);
    const id = tree.keysOf(path).find((field) => {
      const isThere = field.count === field.parentCount && field.nullCount === 0;
      return isThere && /^(?:id|uuid|key)$/i.test(field.key ?? "") && field.types.string === field.count;
    });
    const name = toName([...keysOf(path.slice(0, -2)).slice(-1), id?.key].join("_"));
    return id ? [toColumn(name, id, { type: "STRING" }, false)] : [];
  });
}

function ofPlace(name: string, type: "INT32" | "INT64" | "STRING"): ContractColumn {
  return { name, type, nullable: false, from: `@${name}`, ...(type === "STRING" ? {} : { min: 0 }) };
}

function toKey(tree: FieldTree, identity: InferredField): ContractColumn {
  const proposed = proposeValue(tree, identity);
  const shape = "shape" in proposed ? proposed.shape : { type: "STRING" as const };
  const asked = kindOf(identity)?.kind === "text" ? { type: "STRING" as const, minLength: 1 } : shape;
  return { ...toColumn(toName(identity.key ?? ""), identity, asked, false), keyPosition: 1 };
}

function toTable({ row, columns }: TableDraft, names: Names, name: string): ContractTable {
  const path = toContractPath(row) ?? row;
  const keys = (parsePath(path) ?? []).flatMap((step) => ("key" in step ? [step.key] : []));
  const wanted = row === "" ? [name, `${name}_rows`] : [keys.at(-1) ?? "rows", keys.join("_")];
  const doc = row === "" ? "One event." : `One of ${path} of an event.`;
  return { name: names.give(wanted), doc, row: path, columns, rules: [], foreignKeys: [] };
}
