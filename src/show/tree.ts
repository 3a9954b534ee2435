import { parseJson } from "../base/exact-numbers";
import { escapeHtml } from "../base/text";
import { quote } from "../contract/failures";
import { toRecordPlace } from "../publish/record-place";
import type { FailureRow, RawRow } from "../tables/tables";
import { type Bundle, display } from "./display";
import { parseList } from "./nested";
import { buildTree, type TreeNode } from "./tree-lines";

/** Where in Kafka, and in which file before, an event came from. */
export interface TreeOrigin {
  readonly partition: number;
  readonly offset: bigint | number | string;
  /** The file that it was published from, where the message's headers say so. */
  readonly file?: string;
  /** Its line in that file, from 1, or the record, from 0. */
  readonly line?: number | undefined;
  readonly record?: number | string;
}

export interface ShowTreeOptions {
  /** Shown above the tree. */
  readonly caption?: string;
  /** Reasons for which it was refused; each stands at its path, which is unfolded. */
  readonly failures?: readonly FailureRow[];
  /** How many levels are unfolded at first; default 1. */
  readonly open?: number;
  readonly from?: TreeOrigin;
}

/** Shows a JSON value, such as an event, as a tree that folds and unfolds, also where no script runs. */
export function showTree(value: unknown, options: ShowTreeOptions = {}): void {
  display(renderTree(value, options));
}

/** What showTree shows. */
export function renderTree(
  value: unknown,
  { caption = "", failures = [], open = 1, from }: ShowTreeOptions = {},
): Bundle {
  const root = buildTree(value, failures, open);
  const parts = [from ? describeOrigin(from) : "", describeFailures(failures.length)];
  const place = parts.filter((text) => text).join("; ");
  const html = [
    caption ? `<p><b>${escapeHtml(caption)}</b></p>` : "",
    place ? `<p><small>${escapeHtml(place)}</small></p>` : "",
    `<div style="font-family:var(--jp-code-font-family,monospace);overflow-wrap:anywhere">${toHtml(root)}</div>`,
  ];
  const plain = [caption, place].filter((text) => text);
  return { "text/html": html.join(""), "text/plain": [...plain, ...toPlain(root, "")].join("\n") };
}

/** What showRefused takes from a row of quarantine; failures may be the JSON text that a frame holds. */
export interface RefusedRow {
  readonly partition: number;
  readonly offset: bigint | number | string;
  readonly table?: string;
  readonly failures: readonly FailureRow[] | string;
  readonly value: string | null;
  /** Of the message, as raw_data has them: they say from where it was published. */
  readonly headers?: RawRow["headers"] | undefined;
}

/** Shows a row of quarantine: the event as a tree, each failure at its place. Text that is no JSON is shown as text. */
export function showRefused(row: RefusedRow, options: Omit<ShowTreeOptions, "failures"> = {}): void {
  const failures = (parseList(row.failures) ?? row.failures) as readonly FailureRow[];
  const { partition, offset, table, headers = [] } = row;
  const caption = table ? `Refused by ${table}` : "Refused";
  showTree(parse(row.value), {
    caption,
    from: { partition, offset, ...toSource(headers) },
    ...options,
    failures,
  });
}

/** The file and the line where both are known, else what is. */
function toSource(headers: RawRow["headers"]): Pick<TreeOrigin, "file" | "line" | "record"> {
  const { file, line, record } = toRecordPlace(headers);
  const named = file === null ? {} : { file };
  if (line !== null) return { ...named, line };
  return record === null ? named : { ...named, record };
}

function parse(text: string | null): unknown {
  try {
    return parseJson(text ?? "null");
  } catch {
    return text;
  }
}

function describeOrigin({ partition, offset, file, line, record }: TreeOrigin): string {
  const parts = [
    file ?? "",
    line === undefined ? "" : `line ${line}`,
    record === undefined ? "" : `record ${record}`,
  ];
  const source = parts.filter((text) => text).join(", ");
  return `partition ${partition}, offset ${offset}${source ? `; from ${source}` : ""}`;
}

function describeFailures(count: number): string {
  return count === 0 ? "" : `${count} ${count === 1 ? "failure" : "failures"}`;
}

const listStyle = "list-style:none;margin:0;padding-left:1.4em";
const failureStyle = "border-left:3px solid var(--jp-error-color1,currentColor);padding-left:.5em";

function toHtml(node: TreeNode): string {
  const marks = node.failures.map(toMark).join("");
  const key = node.key === null ? "" : `<b>${escapeHtml(toKey(node.key))}</b>: `;
  const line = `${key}${escapeHtml(node.words)}`;
  if (node.children.length === 0) return `${line}${marks}`;
  const below = node.failuresBelow > 0 ? ` <small>✗ ${node.failuresBelow} below</small>` : "";
  const items = node.children.map((child) => `<li>${toHtml(child)}</li>`);
  const list = `<ul style="${listStyle}">${items.join("")}</ul>`;
  return `<details${node.isOpen ? " open" : ""}><summary>${line}${below}${marks}</summary>${list}</details>`;
}

function toMark({ rule, expected, received }: FailureRow): string {
  const words = `expected ${expected}, received ${received}`;
  return ` <span style="${failureStyle}"><b>✗ ${escapeHtml(rule)}</b>: ${escapeHtml(words)}</span>`;
}

function toPlain(node: TreeNode, indent: string): string[] {
  const key = node.key === null ? "" : `${toKey(node.key)}: `;
  const marks = node.failures.map(
    ({ rule, expected, received }) => ` ✗ ${rule}: expected ${expected}, received ${received}`,
  );
  const children = node.isOpen ? node.children.flatMap((child) => toPlain(child, `${indent}  `)) : [];
  return [`${indent}${key}${node.words}${marks.join("")}`, ...children];
}

/** A key as it is, but in quotes where its ends could not be seen. */
function toKey(key: string): string {
  return /^[\w$[\]()./ …-]+$/.test(key) ? key : quote(key);
}
