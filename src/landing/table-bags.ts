import type { TopicMessage } from "../events/outcomes";
import { type Lake, listParts } from "../lake/lake";
import { tableIn } from "../tables/lake-model";
import { addBags, type BagSums, createBag } from "./bags";
import { PackedReader } from "./chunk-wire";
import { spareCores } from "./decider";
import {
  messageTables,
  type ReadMessages,
  readEachPart,
  readMessages,
  readParts,
  toPartError,
} from "./recompute";
import { ChunkThread } from "./threads";

/** Below that, threads take longer to get going than they save. */
const leastMessages = 10_000;
/** All rows of a row group live as long as it is read: with less room they are copied before they are done with. */
const youngMb = 144;

/** The rows of the tables that a lake holds, summed up. */
export interface TableBags {
  readonly of: (table: string) => Promise<BagSums>;
  /** Reads the messages of raw_data, beside this thread where the tables are read beside it. */
  readonly readMessages: ReadMessages;
  /** Ends the threads, whatever they are at. */
  readonly close: () => Promise<void>;
}

/**
 * Begins to sum up the rows of all tables: where there are many messages in threads beside this one, else a table when it
 * is asked for. `threads`: so many, whatever the messages, beside the one that reads raw_data.
 */
export function openTableBags(lake: Lake, messages: number, threads?: number): TableBags {
  const count = threads ?? (messages >= leastMessages ? spareCores() : 0);
  const start = () => new ChunkThread(lake.model.contract, { youngMb });
  const started = Array.from({ length: count > 0 ? count + 1 : 0 }, start);
  const [reader, ...summing] = started;
  const under = new Map<string, Promise<BagSums>>();
  if (count > 0)
    for (const [index, table] of messageTables(lake.model).entries()) {
      const sums = sumBeside(lake, table, summing[index % count] as ChunkThread);
      sums.catch(() => undefined); // thrown once it is asked for
      under.set(table, sums);
    }
  return {
    of: (table) => under.get(table) ?? sumHere(lake, table),
    readMessages: reader ? (of) => readBeside(of, reader) : readMessages,
    close: async () => {
      await Promise.all(started.map((thread) => thread.close()));
    },
  };
}

async function* readBeside(lake: Lake, thread: ChunkThread): AsyncGenerator<Iterable<TopicMessage>> {
  yield* readEachPart(lake, "raw_data", async function* (bytes) {
    for await (const packed of thread.messages(bytes)) yield new PackedReader(packed).all();
  });
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
