import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { queueMessages } from "user-activity/dist/base/kernel-messages";

interface Sockets {
  readonly Publisher: new () => {
    readonly lastEndpoint: string;
    bind(address: string): Promise<void>;
    send(message: string): Promise<void>;
    close(): void;
  };
  readonly Subscriber: new () => AsyncIterable<readonly Buffer[]> & {
    connect(address: string): void;
    subscribe(topic: string): void;
    close(): void;
  };
}

test("every message of a kernel comes, in its order, though none is waited for", async () => {
  const { Publisher, Subscriber } = require(
    require.resolve("zeromq", { paths: [require.resolve("tslab")] }),
  ) as Sockets;
  queueMessages({ Publisher });
  const [kernel, client] = [new Publisher(), new Subscriber()];
  await kernel.bind("tcp://127.0.0.1:*");
  client.connect(kernel.lastEndpoint);
  client.subscribe("");
  const received: number[] = [];
  const receiving = (async () => {
    for await (const [message] of client) {
      if (String(message) === "end") return;
      if (String(message) !== "hello") received.push(Number(String(message)));
    }
  })();
  for (let tries = 0; tries < 20; tries++) {
    kernel.send("hello"); // until the connection stands nothing comes
    await sleep(20);
  }
  const sent = Array.from({ length: 3000 }, (_, number) => number);
  for (const number of sent) {
    void kernel.send(String(number));
    if (number % 2 === 1) await sleep(0); // a word and the end of a cell
  }
  void kernel.send("end");
  await receiving;
  assert.deepEqual(received, sent);
  kernel.close();
  client.close();
});
