import type { Contract } from "user-activity/dist/contract/model";
import { readContract } from "user-activity/dist/contract/read";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { checkContinues } from "user-activity/dist/landing/contract-change";
import { closeLanding, commitBatch } from "user-activity/dist/landing/hold";
import { openLanding } from "user-activity/dist/landing/open";
import { modelOf } from "user-activity/dist/tables/lake-model";
import { toDocument } from "./contract-cases";
import type { WholeLake } from "./whole-landing";

/** How the contract of visits may differ. */
export interface VisitsOptions {
  readonly counts?: "first" | "latest";
  readonly events?: string;
  readonly id?: string;
  /** Columns of visits beside its own. */
  readonly columns?: readonly object[];
  /** Tables beside its own. */
  readonly tables?: readonly object[];
  readonly mostPages?: number;
}

/** A contract of visits, with the pages of each and the sums of each site. */
export function visitsContract(options: VisitsOptions = {}): Contract {
  const {
    counts = "first",
    events = "$",
    id = "visits",
    columns = [],
    tables = [],
    mostPages = 100,
  } = options;
  const text = (name: string, rest: object = {}) => ({ name, logicalType: "string", ...rest });
  const key = (position: number) => ({ required: true, primaryKey: true, primaryKeyPosition: position });
  const place = (name: string, from: string, rest: object) => ({
    name,
    logicalType: "integer",
    required: true,
    transformSourceObjects: [from],
    ...rest,
  });
  const number = { logicalType: "number" };
  const document = toDocument({
    id,
    custom: {
      source: { events },
      identity: { path: "id", counts, ...(counts === "latest" ? { by: "visits.at" } : {}) },
    },
    schema: [
      {
        name: "visits",
        description: "One visit.",
        quality: [
          {
            ...{ name: "few-pages", type: "custom", engine: "user-activity" },
            ...{ implementation: `pages <= ${mostPages}`, severity: "warning" },
          },
        ],
        properties: [
          text("id", { ...key(1), logicalTypeOptions: { minLength: 1 } }),
          { name: "at", logicalType: "timestamp", required: true, custom: { coercion: "unix-milliseconds" } },
          text("site", { required: true }),
          { name: "pages", logicalType: "integer", required: true, logicalTypeOptions: { minimum: 0 } },
          place("event_index", "@event", {}),
          place("partition", "@partition", {}),
          place("offset", "@offset", { logicalTypeOptions: { format: "i64" } }),
          ...columns,
        ],
      },
      {
        name: "views",
        description: "One page that a visit saw.",
        custom: { row: "views[]" },
        properties: [
          text("id", { ...key(1), transformSourceObjects: ["id"] }),
          place("view", "@index", key(2)),
          text("url", { required: true, transformSourceObjects: ["views[].url"] }),
        ],
      },
      {
        name: "sites",
        description: "One site.",
        custom: { summaryOf: "visits" },
        properties: [
          text("site", key(1)),
          { name: "visits", logicalType: "integer", required: true, transformLogic: "count()" },
          { name: "pages", required: true, ...number, transformLogic: "mean(pages)" },
        ],
      },
      ...tables,
    ],
  });
  return readContract(JSON.stringify(document), "visits.yaml");
}

/** One visit as its event. */
export function visit(id: string, more: object = {}): object {
  return { id, at: 1000, site: "tea", pages: 1, views: [{ url: "/" }], ...more };
}

/** Lands values in a partition from where the lake is, by a contract; as `land` does, without a topic. */
export async function landVisits(
  { lake, config }: WholeLake,
  contract: Contract,
  { values, partition = 0 }: { readonly values: readonly unknown[]; readonly partition?: number },
): Promise<void> {
  const own = { ...lake, model: modelOf(contract) };
  const landing = await openLanding({ lake: own, config, check: (state) => checkContinues(own, state) });
  try {
    const from = Number(landing.batch.offsets()[partition] ?? 0);
    await landing.batch.add(toBatch(partition, from, values));
    await commitBatch(landing);
  } finally {
    await closeLanding(landing);
  }
}

function toBatch(partition: number, from: number, values: readonly unknown[]): MessageBatch {
  const messages = values.map((value, index) => ({
    offset: BigInt(from + index),
    timestamp: 1n,
    key: null,
    value: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
    headers: [],
  }));
  return { partition, firstOffset: BigInt(from), nextOffset: BigInt(from + values.length), messages };
}
