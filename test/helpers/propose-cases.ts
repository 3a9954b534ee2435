import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { projectPath } from "user-activity/dist/base/paths";
import type { Contract, ContractColumn } from "user-activity/dist/contract/model";
import { describeAsked } from "user-activity/dist/contract/words";
import { createInference, observeEvent } from "user-activity/dist/events/infer";
import { type ContractDraft, proposeContract } from "user-activity/dist/events/propose";

/** One file of test/cases/contract-propose: events, and what a draft makes of them. */
export interface ProposeCase {
  readonly behaviour: string;
  readonly events: readonly unknown[];
  /** How often the events come; default once. */
  readonly times?: number;
  /** Columns of each table, as `name TYPE from; asks for`; `?` behind a type that may be null. By `name: row`. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly identity?: string;
  /** All comments but the first two, in order. */
  readonly notes?: readonly string[];
}

const folder = projectPath("test", "cases", "contract-propose");

export function readProposeCases(): ProposeCase[] {
  return readdirSync(folder).map((file) => {
    const content = parseJson(readFileSync(join(folder, file), "utf8")) as Omit<ProposeCase, "behaviour">;
    return { behaviour: file.replace(".json", "").replaceAll("-", " "), ...content };
  });
}

export function eventsOf({ events, times = 1 }: ProposeCase): readonly unknown[] {
  return Array.from({ length: times }, () => events).flat();
}

export function propose(events: readonly unknown[], name = "visits"): ContractDraft {
  const inference = createInference();
  for (const event of events) observeEvent(inference, event);
  return proposeContract(inference, { name, source: { events: "$" } });
}

/** A draft in short, as cases have it; columns of the message's place are left out. */
export function toShort({ contract, notes }: ContractDraft): Omit<ProposeCase, "behaviour" | "events"> {
  const told = [...notes.values()].flat().slice(2);
  return {
    tables: Object.fromEntries(
      contract.tables.map(({ name, row, columns }) => [
        `${name}: ${row}`,
        columns.filter(({ from }) => !/^@(?:partition|offset|event)$/.test(from ?? "")).map(formatColumn),
      ]),
    ),
    ...(contract.identity ? { identity: contract.identity.path } : {}),
    ...(told.length > 0 ? { notes: told } : {}),
  };
}

function formatColumn(column: ContractColumn): string {
  const asked = [describeAsked(column), column.unit].filter(Boolean).join(", ");
  return `${column.name} ${formatType(column)} ${column.from}${asked ? `; ${asked}` : ""}`;
}

function formatType({ type, nullable, items, fields }: ContractColumn): string {
  const inner = fields
    ? fields.map((field) => `${field.name} ${formatType(field)}`).join(", ")
    : items && formatType(items);
  return `${type}${inner ? `<${inner}>` : ""}${nullable ? "?" : ""}`;
}

/** Each failure of the events by a contract, as `table: path: rule`. */
export function failuresBy(
  contract: Contract,
  read: (
    event: unknown,
  ) => Readonly<
    Record<string, { readonly kind: string; readonly failures?: readonly { path: string; rule: string }[] }>
  >,
  events: readonly unknown[],
): string[] {
  return events.flatMap((event) =>
    contract.tables.flatMap(({ name }) =>
      (read(event)[name]?.failures ?? []).map(({ path, rule }) => `${name}: ${path}: ${rule}`),
    ),
  );
}
