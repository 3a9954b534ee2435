import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { choosePorts, isPortFree } from "user-activity/dist/services/processes";

test("no two of the ports that are chosen together are the same", async () => {
  const wanted = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`port ${index}`, 0]));
  const ports = Object.values(await choosePorts(wanted));
  assert.equal(new Set(ports).size, 200);
  assert.ok(await isPortFree(ports[0] ?? 0), "they are let go");
});

test("a port that is chosen is none that systems give away by themselves", async () => {
  const ports = Object.values(await choosePorts({ one: 0, another: 0, third: 0 }));
  const range = "/proc/sys/net/ipv4/ip_local_port_range";
  const lowest = existsSync(range) ? Number(readFileSync(range, "utf8").split(/\s/)[0]) : 49_152;
  for (const port of ports)
    assert.ok(port >= 1024 && port < lowest, `${port} is in the range from ${lowest}`);
});

test("a port that is free is kept, and one that is taken is replaced", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    }),
  );
  assert.equal(await isPortFree(port), false);
  const { taken, free } = await choosePorts({ taken: port, free: 0 });
  assert.ok(taken > 0 && taken !== port && taken !== free);
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await choosePorts({ taken: port }), { taken: port });
});
