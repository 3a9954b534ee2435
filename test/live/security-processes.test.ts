import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { killStartAt } from "../helpers/kill-start";
import { startLab } from "../helpers/lab-browser";
import { listAddresses, ownServices, until } from "../helpers/own-services";
import { listFamily, readProcess } from "../helpers/watch-processes";

const secrets = { KAFKA_SASL_PASSWORD: "s3cretMark-password", HDFS_DELEGATION_TOKEN: "s3cretMark-token" };

/** 127.0.0.1, the same as an IPv6 socket has it, or ::1, as /proc/net writes them. */
const loopback = /^((0{16}F{4}0{4})?0100007F|0{24}01000000)$/;

describe("a start that is killed", () => {
  const own = ownServices();
  for (const [point, count] of [
    ["spawn", 1],
    ["record", 1],
    ["spawn", 2],
    ["record", 2],
  ] as const) {
    test(`leaves no server that nobody knows: after ${point} ${count}`, () => killStartAt(own, point, count));
  }
});

describe("the processes of the embedded services", () => {
  const own = ownServices();

  test("are told no password and no token, by their environment or arguments, and log none", async () => {
    const start = await own.run(["services", "start"], secrets);
    assert.equal(start.code, 0, start.stderr);
    const pids = [...own.servers().values()];
    assert.equal(pids.length, 3);
    for (const pid of pids) {
      assert.match(readProcess(pid, "environ"), /LC_ALL=C\.UTF-8/);
      assert.doesNotMatch(readProcess(pid, "environ") + readProcess(pid, "cmdline"), /s3cretMark/);
    }
    assert.doesNotMatch(start.stdout + start.stderr, /s3cretMark/);
    const names = readdirSync(own.place(), { recursive: true, encoding: "utf8" });
    const texts = names.map((name) => ({ name, text: readIfThere(own.place(name)) }));
    for (const { name, text } of texts) assert.doesNotMatch(text, /s3cretMark/, name);
    assert.ok(texts.filter(({ name, text }) => name.endsWith(".log") && text !== "").length >= 3);
  });

  test("listen on the loopback address only", () => {
    for (const pid of own.servers().values()) assertLoopback(pid);
  });
});

describe("JupyterLab with a kernel", () => {
  test("listens on the loopback address only, answers 403 without its token, and shows it in no command line", async () => {
    const lab = await startLab();
    try {
      const { origin, searchParams, port } = new URL(lab.url);
      const token = searchParams.get("token") ?? "";
      const ask = (path: string, init: RequestInit = {}) => fetch(`${origin}${path}`, init);
      const headers = { authorization: `token ${token}` };
      const created = await ask("/api/kernels", { method: "POST", headers, body: '{"name":"tslab"}' });
      assert.equal(created.status, 201);
      const { id } = (await created.json()) as { id: string };
      const family = () => listFamily(process.pid).filter((pid) => pid !== process.pid);
      const isKernel = (pid: number) =>
        /tslab/.test(readProcess(pid, "cmdline")) && listAddresses(pid).length >= 5;
      await until(() => family().some(isKernel), "the kernel listens");

      const listening = family().filter((pid) => listAddresses(pid).length > 0);
      assert.ok(listening.length >= 2, "server and kernel");
      for (const pid of listening) assertLoopback(pid);
      for (const pid of family()) assert.ok(!readProcess(pid, "cmdline").includes(token));

      for (const path of ["/api/kernels", "/api/contents", "/api/sessions", `/api/kernels/${id}/channels`]) {
        assert.equal((await ask(path)).status, 403, `${path} on ${port}`);
      }
      assert.equal((await ask("/api/kernels", { method: "POST", body: "{}" })).status, 403);
      await ask(`/api/kernels/${id}`, { method: "DELETE", headers });
    } finally {
      lab.stop();
      await lab.ended;
    }
  });
});

/** A file's bytes; nothing of a folder, and of a block of HDFS's that was removed meanwhile. */
function readIfThere(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  try {
    return isFile ? readFileSync(path, "latin1") : "";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return "";
  }
}

function assertLoopback(pid: number): void {
  const addresses = listAddresses(pid);
  assert.ok(addresses.length > 0, `${pid} listens`);
  for (const address of addresses) assert.match(address, loopback, readProcess(pid, "cmdline"));
}
