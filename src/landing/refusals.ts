import { findHint } from "../events/hints";
import type { EventsOutcome } from "../events/outcomes";
import { type LakeModel, shippedModel } from "../tables/lake-model";
import type { FailureRow } from "../tables/tables";

/** The refusals of one rule at one path by one table. */
export interface RefusalGroup {
  readonly table: string;
  readonly rule: string;
  /** With `[*]` for every index. */
  readonly path: string;
  /** Each message counts once, however often it broke the rule there. */
  readonly messages: number;
  /** The first one of the lowest partition. */
  readonly example: Omit<FailureRow, "rule"> & { readonly partition: number; readonly offset: string };
  /** What may be wrong with the example's message, where that can be guessed. */
  readonly hint?: string;
}

/** What a run's messages were refused for. */
export interface Refused {
  /** Messages that a table refused, be it for their questions alone. */
  readonly messages: number;
  /** Most frequent group; null where nothing was refused. */
  readonly largest: RefusalGroup | null;
}

/** What was counted, to be added elsewhere: plain values, so that another thread can hand it over. */
export interface RefusalCounts {
  readonly messages: number;
  readonly groups: ReadonlyMap<string, RefusalGroup>;
}

/** Counts what messages are refused for; grows with the paths of the schemas, not with the messages. */
export class Refusals {
  readonly #groups = new Map<string, RefusalGroup>();
  readonly #model: LakeModel;
  #messages = 0;

  /** Counts for a lake of these tables, by default those of the shipped contract. */
  constructor(model: LakeModel = shippedModel) {
    this.#model = model;
  }

  /** Counts what a message came to; `value` are its bytes. */
  add({ quarantine }: Pick<EventsOutcome, "quarantine">, value: Uint8Array | null): void {
    if (quarantine.length === 0) return;
    this.#messages++;
    const seen = new Set<string>();
    for (const { table, partition, offset, failures } of quarantine) {
      for (const { rule, ...example } of failures) {
        const path = example.path.replaceAll(/\[\d+\]/g, "[*]");
        const key = JSON.stringify([table, rule, path]);
        if (seen.has(key)) continue;
        seen.add(key);
        const group = this.#groups.get(key);
        const messages = (group?.messages ?? 0) + 1;
        const place = { partition, offset: `${offset}` };
        // partitions come in any order: the example is the same whichever is read first
        const isFirst = !group || partition < group.example.partition;
        this.#groups.set(
          key,
          isFirst
            ? this.#first({ table, rule, path, messages, example: { ...place, ...example } }, value)
            : { ...group, messages },
        );
      }
    }
  }

  /** Adds what was counted of messages that come behind those counted so far. */
  merge({ messages, groups }: RefusalCounts): void {
    this.#messages += messages;
    for (const [key, group] of groups) {
      const known = this.#groups.get(key);
      const first = known && known.example.partition <= group.example.partition ? known : group;
      this.#groups.set(key, { ...first, messages: (known?.messages ?? 0) + group.messages });
    }
  }

  /** What was counted so far. */
  counts(): RefusalCounts {
    return { messages: this.#messages, groups: this.#groups };
  }

  /** What may be wrong is known of the shipped contract's events alone. */
  #first(group: RefusalGroup, value: Uint8Array | null): RefusalGroup {
    const { contract, partTables } = this.#model;
    const isGuessed = contract.id === shippedModel.contract.id && !partTables.includes(group.table);
    const hint = isGuessed ? findHint(value) : undefined;
    return hint === undefined ? group : { ...group, hint };
  }

  /** What was counted so far; of groups as large as each other the first. */
  toRefused(): Refused {
    let largest: RefusalGroup | null = null;
    for (const group of this.#groups.values())
      if (!largest || group.messages > largest.messages) largest = group;
    return { messages: this.#messages, largest };
  }
}
