import { type HdfsConfig, listUrls } from "../base/config";
import { type HdfsClient, openNameNode } from "./client";
import { isElsewhere, isStandby } from "./errors";

/** Opens a client of the HDFS that the configuration names, be it by one NameNode or by several. */
export function openHdfsClient(config: HdfsConfig, timeoutMs: number): HdfsClient {
  return tryInTurn(listUrls(config).map((url) => openNameNode(config, url, timeoutMs)));
}

/**
 * Makes one client of those of several NameNodes, of which one is active: what the standby refuses or an unreachable one
 * leaves unanswered is asked of the next, and the one that answered is asked first from then on. Throws where none does.
 *
 * As with any call that is done again, what was done may have been done although its answer got lost.
 */
function tryInTurn(clients: readonly HdfsClient[]): HdfsClient {
  const [only] = clients;
  if (only && clients.length === 1) return only;
  let first = 0;
  const ask = async <T>(work: (client: HdfsClient) => Promise<T>): Promise<T> => {
    const failures: unknown[] = [];
    const start = first;
    for (let step = 0; step < clients.length; step++) {
      const index = (start + step) % clients.length;
      try {
        const answer = await work(clients[index] as HdfsClient);
        first = index;
        return answer;
      } catch (error) {
        if (!isElsewhere(error)) {
          first = index; // it is the active one that refuses
          throw error;
        }
        failures.push(error);
      }
    }
    throw failures.find((error) => !isStandby(error)) ?? failures[0]; // what is down says more than who waits
  };
  return {
    ask: (...call) => ask((client) => client.ask(...call)),
    download: (...call) => ask((client) => client.download(...call)),
    upload: (...call) => ask((client) => client.upload(...call)),
  };
}
