import { findLoaded } from "./kernel";

/** A socket of zeromq's, as far as it is used here. */
interface Socket {
  send(...message: unknown[]): Promise<void>;
}

interface Zeromq {
  readonly Publisher: { readonly prototype: Socket };
}

/**
 * Has messages to Jupyter wait for each other. zeromq 6 sends 512 at once, hands the next one to the event loop, and
 * throws for the one after it; tslab 1.0.22 waits for none, so that of every 512 messages one was lost: a cell's words, the
 * end of a cell, which then seemed to run for ever, or the cell failed without a word.
 */
export function queueMessages(zeromq = findLoaded<Zeromq>(/[\\/]zeromq[\\/]lib[\\/]index\.js$/)): void {
  if (!zeromq) return;
  const { prototype } = zeromq.Publisher;
  Object.defineProperty(prototype, "send", { value: toQueued(prototype.send), configurable: true });
}

/** A send that finds its socket busy, and those after it until all are sent, follow the one before. */
function toQueued(send: Socket["send"]): Socket["send"] {
  const latest = new WeakMap<Socket, { readonly sent: Promise<void>; isWaiting: boolean }>();
  return function (this: Socket, ...message) {
    const sendNow = () => send.apply(this, message);
    const before = latest.get(this);
    const sentNow = before?.isWaiting ? undefined : unlessBusy(sendNow);
    const sent = sentNow ?? (before?.sent ?? Promise.resolve()).then(sendNow, sendNow);
    const one = { sent, isWaiting: !sentNow };
    const settle = () => {
      one.isWaiting = false;
    };
    sent.then(settle, settle);
    latest.set(this, one);
    return sent;
  };
}

function unlessBusy(sendNow: () => Promise<void>): Promise<void> | undefined {
  try {
    return sendNow();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    return undefined;
  }
}
