import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

/** A server process that a test breaks, by the program, folder and environment that it was started with. */
export interface Breakable {
  /** Ends it at once (SIGKILL) and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts what was killed again, on its old ports and data. */
  readonly restart: () => void;
  /** Has it stand still, its connections left open, until it is continued. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Takes a process of ownServices into its hands, which ends what is restarted here as it ends the others. */
export function breakable(pid: number): Breakable {
  const [command = "", ...args] = readParts(pid, "cmdline");
  const cwd = readlinkSync(`/proc/${pid}/cwd`);
  const env = Object.fromEntries(
    readParts(pid, "environ").map((one) => {
      const at = one.indexOf("=");
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
  let now = pid;
  const kill = async () => {
    end(now);
    while (isAlive(now)) await sleep(10);
  };
  const restart = () => {
    const child = spawn(command, args, { cwd, env, stdio: "ignore", detached: true });
    child.unref();
    now = child.pid ?? 0;
  };
  return {
    kill,
    restart,
    freeze: () => process.kill(now, "SIGSTOP"),
    thaw: () => process.kill(now, "SIGCONT"),
  };
}

function readParts(pid: number, name: string): string[] {
  return readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0").slice(0, -1);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended already
  }
}

/** A zombie has ended, too. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** What a proxy does to connections: hands on, accepts and says nothing, breaks off, or is not there at all. */
export type ProxyMode = "pass" | "mute" | "reset" | "refuse";

/** A way to a real server on which a test can stand. */
export interface Proxy {
  readonly port: number;
  /** For connections to come; those there are end unless they are handed on. */
  readonly set: (mode: ProxyMode) => Promise<void>;
  /** Does something once, when so many bytes more have come from the client. */
  readonly whenSent: (bytes: number, act: () => unknown) => void;
  /** The same for bytes that have come from the server. */
  readonly whenReceived: (bytes: number, act: () => unknown) => void;
}

/** Replaces a text in what the server says, such as an address that it sends its clients on to. */
export type Rewrite = readonly [from: string, to: () => string];

export async function openProxy(target: number, rewrite?: Rewrite): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const [sent, received] = [openMeter(), openMeter()];
  let [mode, port]: [ProxyMode, number] = ["pass", 0];
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    hold(client);
    if (mode === "reset") return reset(client);
    if (mode === "mute") return void client.resume();
    const there = connect(target, "127.0.0.1");
    hold(there);
    // before the pipes, so that what is cut off goes no further
    client.on("data", sent.count).on("close", () => there.destroy());
    there.on("data", received.count).on("close", () => client.end());
    client.pipe(there);
    if (rewrite) there.pipe(replaceText(rewrite)).pipe(client);
    else there.pipe(client);
  });
  const listen = async () => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen();
  after(close);
  const set = async (wanted: ProxyMode) => {
    mode = wanted;
    if (wanted === "refuse") await close();
    else if (!server.listening) await listen();
    if (wanted === "reset") for (const socket of sockets) reset(socket);
    if (wanted === "mute") for (const socket of sockets) socket.destroy();
  };
  return { port, set, whenSent: sent.when, whenReceived: received.when };
}

/** A socket that is shutting down can't be reset: its handle would keep the event loop busy for ever. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function replaceText([from, to]: Rewrite): Transform {
  return new Transform({
    transform: (part, _encoding, done) =>
      done(null, Buffer.from(part.toString("latin1").replaceAll(from, to()), "latin1")),
  });
}

function openMeter() {
  let left = Number.POSITIVE_INFINITY;
  let act: () => unknown = () => {};
  const count = (part: Buffer) => {
    left -= part.length;
    if (left > 0) return;
    left = Number.POSITIVE_INFINITY;
    act();
  };
  const when = (bytes: number, wanted: () => unknown) => {
    [left, act] = [bytes, wanted];
  };
  return { count, when };
}
