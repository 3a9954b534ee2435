/** What is simulated: messages of some partitions, consumed by workers that write to the DataNodes of one HDFS. */
export interface SimulatedCluster {
  /** Decides which partition each message goes to. */
  readonly seed: number;
  readonly messages: number;
  readonly partitions: number;
  /** Landers or executors; a partition is read by one of them at a time. */
  readonly workers: number;
  /** Messages that a worker decides in a second. */
  readonly perSecond: number;
  /** Share of all messages that have one key, 0 to 1; default 0. The others' keys are spread evenly. */
  readonly hotShare?: number;
  /** DataNodes; default 3. Each batch of a worker is a file on one of them, in turn. */
  readonly dataNodes?: number;
  /** Seconds that a file takes on a DataNode; default 0.1. */
  readonly fileSeconds?: number;
  /** How many times as long the first DataNode takes; default 1. */
  readonly slowdown?: number;
  /** Messages of a batch; default 50,000. */
  readonly batch?: number;
}

/** What it comes to. */
export interface SimulatedRun {
  readonly seconds: number;
  readonly perSecond: number;
  /** Time that workers spent working, of all the time that they had, 0 to 1. */
  readonly busy: number;
  /** Messages of the fullest partition, as a multiple of the mean. */
  readonly skew: number;
  readonly files: number;
}

/**
 * Plays a landing through: each worker takes the next partition that nobody reads, decides its messages batch by batch and
 * waits for the DataNode that a batch goes to, which writes one file at a time. The same seed gives the same run.
 */
export function simulateCluster(cluster: SimulatedCluster): SimulatedRun {
  const { workers, perSecond, dataNodes = 3, fileSeconds = 0.1, slowdown = 1, batch = 50_000 } = cluster;
  const sizes = spreadMessages(cluster);
  const waiting = [...sizes].sort((a, b) => b - a);
  const freeAt = new Array<number>(dataNodes).fill(0);
  const running = Array.from({ length: workers }, () => ({ now: 0, left: 0, worked: 0 }));
  let files = 0;
  for (;;) {
    const idle = (one: { readonly left: number }) => one.left === 0 && waiting.length === 0;
    const next = running.filter((one) => !idle(one)).sort((a, b) => a.now - b.now)[0];
    if (!next) break;
    if (next.left === 0) next.left = waiting.shift() ?? 0;
    const size = Math.min(batch, next.left);
    const decided = next.now + size / perSecond;
    const node = files++ % dataNodes;
    const written = Math.max(decided, freeAt[node] ?? 0) + fileSeconds * (node === 0 ? slowdown : 1);
    freeAt[node] = written;
    next.worked += size / perSecond;
    next.now = written;
    next.left -= size;
  }
  const seconds = Math.max(...running.map(({ now }) => now));
  const worked = running.reduce((sum, one) => sum + one.worked, 0);
  const mean = cluster.messages / cluster.partitions;
  return {
    seconds,
    perSecond: cluster.messages / seconds,
    busy: worked / (seconds * workers),
    skew: Math.max(...sizes) / mean,
    files,
  };
}

/** How many messages each partition gets: one key's all in one, the others' by chance. */
function spreadMessages({ seed, messages, partitions, hotShare = 0 }: SimulatedCluster): number[] {
  const random = createRandom(seed);
  const sizes = new Array<number>(partitions).fill(0);
  const hot = Math.round(messages * hotShare);
  const put = (count: number) => {
    const at = Math.floor(random() * partitions);
    sizes[at] = (sizes[at] ?? 0) + count;
  };
  put(hot);
  const groups = Math.min(messages - hot, 10_000); // enough for the spread that chance gives
  for (let group = 0; group < groups; group++) put((messages - hot) / groups);
  return sizes.filter((size) => size > 0);
}

/** Numbers from 0 to 1 by chance, the same ones for a seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
