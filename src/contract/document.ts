import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { ContractError, type LocatedProblem, type Place, type Problem } from "./problems";

/** A contract's file as plain values, and where each of them stands. */
export interface ContractDocument {
  readonly root: unknown;
  /** Puts line and path to problems, in the order of the file. */
  locate(problems: readonly Problem[]): LocatedProblem[];
}

/** The most that is read: no contract of a person is as large, and reading it would take long. */
const maxLength = 1_000_000;

/**
 * Parses YAML 1.2 (JSON is YAML too). A key that stands twice, a tag of one's own and more than a hundred aliases are
 * errors. Throws a ContractError with every problem and its line.
 */
export function parseContractText(text: string, file: string): ContractDocument {
  if (text.length > maxLength) {
    const received = `${text.length} characters`;
    const expected = `at most ${maxLength} characters`;
    throw new ContractError(file, [
      { where: "$", line: 1, expected, received, hint: "write a contract, not data" },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: "1.2", prettyErrors: false });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    throw new ContractError(
      file,
      wrong.map(({ message, pos }) => toYamlProblem(message, lines.linePos(pos[0]).line)),
    );
  }
  const contents = document.contents as Node | null;
  const lineOf = (at: Place) => lines.linePos(offsetOf(contents, at)).line;
  return {
    root: toPlain(document.toJS.bind(document), file),
    locate: (problems) =>
      problems
        .map(({ at, ...problem }) => ({ where: nameOf(contents, at), line: lineOf(at), ...problem }))
        .sort((a, b) => a.line - b.line),
  };
}

function toPlain(toJS: (options: { maxAliasCount: number }) => unknown, file: string): unknown {
  try {
    return toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ContractError(file, [toYamlProblem((error as Error).message, 1)]);
  }
}

function toYamlProblem(message: string, line: number): LocatedProblem {
  const received = JSON.stringify(message.split("\n")[0]);
  return {
    where: "$",
    line,
    expected: "YAML",
    received,
    hint: "mend the line; docs/contract.md has an example",
  };
}

/** Where the value stands; where it is missing, what should hold it. A key's place is that of the key. */
function offsetOf(contents: Node | null, at: Place): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const step of at) {
    const next = stepInto(node, step);
    if (!next) return offset;
    offset = next.head?.range?.[0] ?? offset;
    node = next.value;
  }
  return offset;
}

/** What a step leads to, and the node that it begins with; of customProperties a name leads to the value beside it. */
function stepInto(node: unknown, step: string | number): { head?: Node | null; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
    return pair && { head: pair.key as Node, value: pair.value };
  }
  if (!isSeq(node)) return undefined;
  if (typeof step === "number") return { head: node.items[step] as Node, value: node.items[step] };
  const found = node.items.find((item) => isMap(item) && item.get("property") === step);
  return isMap(found) ? { head: found, value: found.get("value", true) } : undefined;
}

/** The place in words: an entry of a list by its name where it has one, as in `schema.grades_ID.properties.score`. */
function nameOf(contents: Node | null, at: Place): string {
  let node: unknown = contents;
  let name = "";
  for (const step of at) {
    const isEntry = isSeq(node) && typeof step === "number";
    node = stepInto(node, step)?.value;
    const named = isEntry && isMap(node) ? (node.get("name") ?? node.get("property")) : undefined;
    if (isEntry) name += typeof named === "string" ? `.${named}` : `[${step}]`;
    else name += name === "" ? String(step) : `.${step}`;
  }
  return name === "" ? "$" : name;
}
