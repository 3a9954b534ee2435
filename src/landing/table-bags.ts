import { type Lake, listParts } from "../lake/lake";
import { tableIn } from "../tables/lake-model";
import { addBags, type BagSums, createBag } from "./bags";
import { leastMessages, spareCores } from "./decider";
import { messageTables, readParts, toPartError } from "./recompute";
import { ChunkThread } from "./threads";

/** The rows of the tables that a lake holds, summed up. */
export interface TableBags {
  readonly of: (table: string) => Promise<BagSums>;
  /** Ends the threads, whatever they are at. */
  readonly close: () => Promise<void>;
}

/**
 * Begins to sum up the rows of all tables: where there are many messages in threads beside this one, else a table when it
 * is asked for. `threads`: so many, whatever the messages.
 */
export function openTableBags(lake: Lake, messages: number, threads?: number): TableBags {
  const count = threads ?? (messages >= leastMessages ? spareCores() : 0);
  const started = Array.from({ length: count }, () => new ChunkThread(lake.model.contract));
  const under = new Map<string, Promise<BagSums>>();
  if (count > 0)
    for (const [index, table] of messageTables(lake.model).entries()) {
      const summing = sumBeside(lake, table, started[index % count] as ChunkThread);
      summing.catch(() => undefined); // thrown once it is asked for
      under.set(table, summing);
    }
  return {
    of: (table) => under.get(table) ?? sumHere(lake, table),
    close: async () => {
      await Promise.all(started.map((thread) => thread.close()));
    },
  };
}

async function sumHere(lake: Lake, table: string): Promise<BagSums> {
  const bag = createBag(tableIn(lake.model, table));
  for await (const { rows } of readParts(lake, table)) for (const row of rows) bag.add(row);
  return bag;
}

async function sumBeside(lake: Lake, table: string, thread: ChunkThread): Promise<BagSums> {
  const all: BagSums[] = [];
  for (const { path } of await listParts(lake, table)) {
    const bytes = await lake.hdfs.read(path);
    all.push(
      await thread
        .sum(table, bytes)
        .catch((cause: unknown) => Promise.reject(toPartError(table, path, cause))),
    );
  }
  return addBags(all);
}
