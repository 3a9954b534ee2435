import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { choosePorts, isPortFree } from "user-activity/dist/services/processes";

test("no two of the ports that are chosen together are the same", async () => {
  const wanted = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`port ${index}`, 0]));
  const ports = Object.values(await choosePorts(wanted));
  assert.equal(new Set(ports).size, 200);
  assert.ok(await isPortFree(ports[0] ?? 0), "they are let go");
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
