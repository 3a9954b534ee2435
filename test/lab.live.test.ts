import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { labInBrowser, noBrowser, startLab } from "./lab-browser";
import { ownConfig } from "./live-lake";

describe("JupyterLab in a browser", { skip: noBrowser }, () => {
  const config = ownConfig("lab");
  const session = labInBrowser(config, "lab");
  const { root, complaints, cellsOf, cellAt, readyPanel, openNotebook, clearOutputs, takePicture } = session;

  test("is served on 127.0.0.1 alone, and only to those who have the token", async () => {
    const { origin, port, searchParams } = new URL(session.lab().url);
    const token = searchParams.get("token") ?? "";
    assert.ok(token.length >= 32);
    assert.equal((await fetch(`${origin}/api/contents?token=${token}`)).status, 200);
    for (const query of ["", "?token=", `?token=${"0".repeat(token.length)}`]) {
      assert.equal((await fetch(`${origin}/api/contents${query}`)).status, 403, query);
      const answer = await fetch(`${origin}/lab${query}`, { redirect: "manual" });
      assert.match(answer.headers.get("location") ?? "", /^\/login/);
    }
    assert.equal(await canConnect("127.0.0.1", Number(port)), true);
    // an address of this machine too: it would answer were the server bound to all of them
    assert.equal(await canConnect("127.0.0.2", Number(port)), false);
  });

  test("opens on notebook 01 as it is committed, starts the TypeScript kernel, and changes nothing by that", async () => {
    const page = session.page();
    await page.goto(session.lab().url);
    const panel = await readyPanel();
    assert.equal(await panel.locator("h1").first().innerText(), "1. Publish and consume");
    assert.equal(await page.locator(".jp-mod-dirty").count(), 0);
    assert.equal(await page.locator(".jp-Dialog").count(), 0);
    await takePicture("01-open");
  });

  test("runs a cell and shows its output", async () => {
    const panel = await openNotebook("01");
    await clearOutputs();
    const first = await cellAt(panel, 1);
    await first.locator(".jp-InputPrompt").click();
    const page = session.page();
    const output = page.locator(".jp-Cell .jp-OutputArea-output table");
    assert.equal(await output.count(), 0);
    const codeIndex = cellsOf("01").findIndex(({ id }) => id === "code-06");
    for (let index = 1; index <= codeIndex; index++) await page.keyboard.press("Shift+Enter");
    await output.waitFor();
    assert.match(await output.innerText(), /Kafka\s+(running|external)\s+the stream of messages/);
    await takePicture("01-ran");
  });

  test("draws the charts of notebook 03 as it is committed, and changes nothing by that", async () => {
    const panel = await openNotebook("03");
    const figures = session.figuresOf("03");
    assert.equal(figures.length, 3);
    for (const [number, index] of figures.entries()) {
      const chart = (await cellAt(panel, index)).locator(".js-plotly-plot");
      await chart.locator(".gtitle").waitFor();
      assert.match(await chart.locator(".gtitle").innerHTML(), new RegExp(`^Figure ${number + 1}\\. `));
      const marks = chart.locator(".barlayer .point path, .scatterlayer .point");
      assert.equal(await marks.count(), [10, 20, 41][number]);
      await takePicture(`03-figure-${number + 1}`);
    }
    assert.equal(
      await session.page().locator(".jp-mod-dirty").count(),
      0,
      "to look at a chart changes nothing",
    );
    assert.deepEqual(complaints, []);
  });

  test("leaves the tracked notebooks as they are", () => {
    assert.ok(session.areUntouched());
  });

  test("ends when it is stopped, and its kernels with it", async () => {
    const lab = session.lab();
    await session.browser().close();
    assert.ok(countProcessesIn(root) > 0 || process.platform !== "linux");
    lab.stop();
    assert.equal(await lab.ended, 0);
    assert.equal(countProcessesIn(root), 0);
    assert.equal(await canConnect("127.0.0.1", Number(new URL(lab.url).port)), false);
  });
});

test("two JupyterLabs that start at once are served side by side", async () => {
  const outcomes = await Promise.allSettled([startLab(), startLab()]);
  const labs = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  for (const { stop } of labs) stop();
  assert.deepEqual(await Promise.all(labs.map(({ ended }) => ended)), [0, 0], JSON.stringify(outcomes));
  assert.equal(new Set(labs.map(({ url }) => new URL(url).port)).size, 2);
});

/** How many processes work in a folder, as kernels do in that of their notebook; 0 where that can't be known. */
function countProcessesIn(folder: string): number {
  if (!existsSync("/proc/self/cwd")) return 0;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => workFolderOf(pid).startsWith(folder)).length;
}

function workFolderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ""; // it has ended, or is somebody else's
  }
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}
