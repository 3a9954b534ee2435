/** A socket of zeromq's, as far as it is used here. */
interface Socket {
  send(...message: unknown[]): Promise<void>;
}

/** zeromq's module, if something in this process has loaded it, as tslab does. */
function findZeromq(): { readonly Publisher: { readonly prototype: Socket } } | undefined {
  const path = Object.keys(require.cache).find((one) => /[\\/]zeromq[\\/]lib[\\/]index\.js$/.test(one));
  return path === undefined ? undefined : require.cache[path]?.exports;
}

/**
 * Has messages to Jupyter wait for each other. zeromq 6 sends 512 at once, hands the next one to the event loop, and
 * throws for the one after it; tslab 1.0.22 waits for none, so that of every 512 messages one was lost: a cell's words, the
 * end of a cell, which then seemed to run for ever, or the cell failed without a word.
 */
export function queueMessages(zeromq = findZeromq()): void {
  if (!zeromq) return;
  const { prototype } = zeromq.Publisher;
  Object.defineProperty(prototype, "send", { value: toQueued(prototype.send), configurable: true });
}

function toQueued(send: Socket["send"]): Socket["send"] {
  const latest = new WeakMap<Socket, Promise<void>>();
  const waiting = new WeakMap<Socket, Promise<void>>();
  return function (this: Socket, ...message) {
    if (!waiting.has(this)) {
      try {
        const sent = send.apply(this, message);
        latest.set(this, sent);
        return sent;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      }
    }
    const before = waiting.get(this) ?? latest.get(this);
    const next = (before ?? Promise.resolve()).then(() => send.apply(this, message));
    const settle = () => {
      if (waiting.get(this) === next) waiting.delete(this);
    };
    waiting.set(this, next);
    latest.set(this, next);
    next.then(settle, settle);
    return next;
  };
}
