import { readConfig } from "../base/config";
import { findHintOf } from "../events/hints";
import { type Commit, isOfOldVersion } from "../lake/commit-file";
import { type Lake, openLake, readLastCommit } from "../lake/lake";
import { type RecordPlace, toRecordPlace } from "../publish/record-place";
import { shippedModel } from "../tables/lake-model";
import type { Origin, QuarantineRow, RawRow } from "../tables/tables";
import { type QueryOptions, query } from "./query";
import { readingOnce } from "./reading";
import type { SqlParameter, SqlValue } from "./values";

/** Which failures to look at; all where nothing is given. */
export interface QuarantineFilter {
  /** The table that refused: events or one of the contract's, such as grades_ID. */
  readonly table?: string;
  readonly rule?: string;
  /** A path as it stands in the failures, or as the groups have it, with `[*]` for every index. */
  readonly path?: string;
}

/** The failures of one rule at one path, as one table saw them. */
export interface QuarantineGroup {
  readonly table: string;
  readonly rule: string;
  /** With `[*]` for every index, so that the questions of an event fall into one group. */
  readonly path: string;
  /** Each event counts once, however often it broke the rule there. */
  readonly events: number;
  /** The first failure, by partition, then offset, of the group. */
  readonly example: {
    readonly partition: number;
    readonly offset: bigint;
    readonly path: string;
    readonly expected: string;
    readonly received: string;
  };
  /** What may be wrong with the example's message, where that can be guessed. */
  readonly hint?: string;
}

/** How many rows of quarantine, each one event refused by one table, and how many messages these are. */
export interface RefusalCounts {
  readonly refusals: number;
  readonly messages: number;
}

export interface QuarantineGroups extends RefusalCounts {
  /** Most frequent first. */
  readonly groups: readonly QuarantineGroup[];
  /** How many there are, those beyond the limit included. */
  readonly groupCount: number;
  /** Of the whole table, whatever the filter. */
  readonly all: RefusalCounts & {
    /** Messages that the sum counts as quarantined: all but those whose questions alone were refused. */
    readonly quarantined: number;
  };
  /** Messages refused as a delivery of their exam ID in another partition was graded, with other contents. */
  readonly crossingConflicts: number;
}

/** One row of quarantine; timestamp as ISO 8601 text in UTC. */
export type RefusedEvent = Omit<QuarantineRow, "timestamp"> &
  RecordPlace & { readonly timestamp: string | null };

/** The failures that the filter selects, one a row. Rows are read without the events themselves. */
const selected = `
  WITH failed AS (
    SELECT partition, "offset", "table", unnest(failures) AS failure, generate_subscripts(failures, 1) AS place
    FROM quarantine WHERE "table" = coalesce($1, "table")
  ), selected AS (
    SELECT * EXCLUDE failure, failure.*, regexp_replace(failure.path, '\\[\\d+\\]', '[*]', 'g') AS shape
    FROM failed
    WHERE failure.rule = coalesce($2, failure.rule) AND coalesce($3, failure.path) IN (failure.path, shape)
  )`;

const groupsSql = `${selected}, by_event AS (
    SELECT "table", rule, shape, partition, "offset", arg_min(struct_pack(path, expected, received), place) AS first
    FROM selected GROUP BY ALL
  ), grouped AS (
    SELECT "table", rule, shape, count(*) AS events,
      arg_min(struct_pack(partition, "offset", path := first.path, expected := first.expected, received := first.received),
        (partition, "offset")) AS example
    FROM by_event GROUP BY ALL
  ), limited AS (
    SELECT *, count(*) OVER () AS group_count FROM grouped ORDER BY events DESC, "table", rule, shape LIMIT $4
  ), chosen AS (
    SELECT count(*) AS refusals, count(DISTINCT (partition, "offset")) AS messages
    FROM (SELECT DISTINCT partition, "offset", "table" FROM selected)
  ), whole AS (
    SELECT count(*) AS all_refusals, count(DISTINCT (partition, "offset")) AS all_messages,
      count(DISTINCT (partition, "offset")) FILTER (NOT list_contains(string_split($5, ','), "table")) AS quarantined
    FROM quarantine
  )
  SELECT * FROM chosen CROSS JOIN whole LEFT JOIN limited ON true
  ORDER BY events DESC, "table", rule, shape`;

const eventsSql = `${selected}
  SELECT * FROM quarantine SEMI JOIN selected USING (partition, "offset", "table")
  ORDER BY partition, "offset", "table" LIMIT $4`;

const headersSql = `SELECT partition, "offset", headers FROM raw_data WHERE (partition, "offset") IN`;

/**
 * Counts what the quarantine of the lake holds, in groups of table, rule and path. Memory is bounded, however much is
 * in quarantine: DuckDB reads its files in pieces and spills. Throws where nothing is landed.
 *
 * @param limit how many groups, at most; default all
 */
export async function readQuarantineGroups(
  filter: QuarantineFilter = {},
  { limit, ...asked }: Omit<QueryOptions, "parameters"> & { readonly limit?: number } = {},
): Promise<QuarantineGroups> {
  const options = await readingOnce(asked);
  // not within the SQL: a table that it names would be fetched
  const parameters = [...toParameters(filter), limit ?? 2 ** 31 - 1, options.lake.model.partTables.join(",")];
  const { rows } = await query(groupsSql, { ...options, parameters });
  const totals = rows[0] ?? {};
  const count = (name: string) => Number(totals[name] ?? 0);
  const groups = rows.filter(({ events }) => events !== null).map(toGroup);
  return {
    groups: await addHints(groups, options),
    groupCount: count("group_count"),
    refusals: count("refusals"),
    messages: count("messages"),
    all: {
      refusals: count("all_refusals"),
      messages: count("all_messages"),
      quarantined: count("quarantined"),
    },
    crossingConflicts: (await readLast(options))?.state.crossingConflicts ?? 0,
  };
}

function readLast({ lake, config }: QueryOptions): Promise<Commit | undefined> {
  return readLastCommit(lake ?? openLake((config ?? readConfig()).hdfs));
}

/** Looks into the examples' messages, those that are no event or lack what the shipped contract's events have. */
async function addHints(
  groups: readonly QuarantineGroup[],
  options: Omit<QueryOptions, "parameters"> & { readonly lake: Lake },
): Promise<readonly QuarantineGroup[]> {
  const { contract, partTables } = options.lake.model;
  const isGuessed = ({ table }: QuarantineGroup) =>
    contract.id === shippedModel.contract.id && !partTables.includes(table);
  const places = groups.filter(isGuessed).map(({ example }) => placeOf(example));
  if (places.length === 0) return [...groups];
  const { rows } = await query(
    `SELECT DISTINCT partition, "offset", value, value_base64 FROM quarantine
     WHERE (partition, "offset") IN (${[...new Set(places)].join(", ")}) AND coalesce(length(value), 0) < 1000000`,
    options,
  );
  const hints = new Map(
    rows.map((row) => [placeOf(row as unknown as Origin), findHintOf(row as unknown as QuarantineRow)]),
  );
  return groups.map((group) => {
    const hint = isGuessed(group) ? hints.get(placeOf(group.example)) : undefined;
    return hint === undefined ? group : { ...group, hint };
  });
}

/** As SQL writes it. */
function placeOf({ partition, offset }: Origin): string {
  return `(${partition}, ${offset})`;
}

/**
 * Reads the first refused events that the filter selects, by partition, then offset, with all their failures, and the
 * record's place in its file where the message's headers in raw_data have it.
 */
export async function readRefusedEvents(
  filter: QuarantineFilter,
  { limit, ...asked }: Omit<QueryOptions, "parameters"> & { readonly limit: number },
): Promise<RefusedEvent[]> {
  const options = await readingOnce(asked);
  const parameters = [...toParameters(filter), limit];
  const { rows } = await query(eventsSql, { ...options, parameters, timestamps: "text" });
  const events = rows as unknown as Omit<RefusedEvent, keyof RecordPlace>[];
  const places = await readRecordPlaces(events, options);
  return events.map((event) => ({ ...event, ...(places.get(placeOf(event)) ?? nowhere) }));
}

const nowhere: RecordPlace = { file: null, line: null, record: null };

async function readRecordPlaces(
  events: readonly Origin[],
  options: Omit<QueryOptions, "parameters">,
): Promise<Map<string, RecordPlace>> {
  const last = await readLast(options);
  if (events.length === 0 || !last || isOfOldVersion(last)) return new Map();
  const places = [...new Set(events.map(placeOf))];
  const { rows } = await query(`${headersSql} (${places.join(", ")})`, options);
  return new Map((rows as unknown as RawRow[]).map((row) => [placeOf(row), toRecordPlace(row.headers)]));
}

function toParameters({ table, rule, path }: QuarantineFilter): SqlParameter[] {
  return [table ?? null, rule ?? null, path ?? null];
}

function toGroup(row: Readonly<Record<string, SqlValue>>): QuarantineGroup {
  const { table, rule, shape, events, example } = row;
  return { table, rule, path: shape, events: Number(events), example } as unknown as QuarantineGroup;
}
