import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { barFigure } from "user-activity/dist/show/figures";
import { toFrame } from "user-activity/dist/show/frames";
import { type LiveViews, showLive } from "user-activity/dist/show/live";
import { fakeKernel, type KernelMessage, printedBy } from "../../helpers/fake-kernel";

const views: LiveViews<number> = {
  caption: "Table 1. How far",
  table: (now, isOver) => toFrame([{ now, isOver }]),
  figure: (now) =>
    barFigure([{ label: "a", value: now }], "steps", { title: `Figure 1. ${now} steps`, alt: `now ${now}` }),
};
const pictureTypes = ["image/svg+xml", "text/plain"];
const chartTypes = ["application/vnd.plotly.v1+json", ...pictureTypes];

describe("in the kernel", () => {
  const kernel = fakeKernel();

  const isTable = ({ data }: KernelMessage) => "text/html" in data;
  const tables = () => kernel.messages.filter(isTable);
  const pictures = () => kernel.messages.filter((message) => !isTable(message));

  /** Tells one number after the other, each until its picture is seen. */
  async function count(tell: (now: number) => void): Promise<string> {
    for (const now of [1, 2, 3]) {
      for (let tries = 0; tries < 3000 && pictures().at(-1)?.data["text/plain"] !== `now ${now}`; tries++) {
        tell(now);
        await sleep(10);
      }
    }
    tell(4);
    return "counted";
  }

  test("a table and a picture change in place, and end as table and chart of the last state", async () => {
    assert.equal(await showLive(count, views), "counted");
    const [table, picture] = [tables(), pictures()];
    assert.ok(table.length >= 3);
    assert.match(`${table[0]?.data["text/plain"]}`, /^Table 1\. How far\nnow\tisOver\n1\tfalse\n/);
    assert.match(`${table.at(-1)?.data["text/plain"]}`, /\n4\ttrue\n/);
    assert.deepEqual(
      picture.map(({ data }) => data["text/plain"]),
      ["now 1", "now 2", "now 3", "now 4"],
    );
    assert.deepEqual(
      picture.map(({ data }) => Object.keys(data).sort()),
      [pictureTypes, pictureTypes, pictureTypes, chartTypes],
    );
    for (const place of [table, picture]) {
      assert.deepEqual(
        place.map(({ isUpdate }) => isUpdate),
        place.map((_, index) => index > 0),
      );
      assert.equal(new Set(place.map(({ transient }) => transient.display_id)).size, 1);
    }
    assert.notEqual(table[0]?.transient.display_id, picture[0]?.transient.display_id);
    assert.ok(isTable(kernel.messages[0] ?? assert.fail()), "the table stands above");
  });

  test("picture and chart have the size that was asked for", async () => {
    await showLive(async (tell) => tell(1), { ...views, height: 380 });
    for (const { data } of pictures()) assert.match(`${data["image/svg+xml"]}`, /width="820" height="380"/);
    const chart = pictures().at(-1)?.data[chartTypes[0] ?? ""] as { layout: { height: number } };
    assert.equal(chart.layout.height, 380);
  });

  test("a state that looks the same is not drawn again", async () => {
    await showLive(async (tell) => {
      for (let told = 0; told < 5; told++) {
        tell(7);
        while (pictures().length === 0) await sleep(10);
        await sleep(10);
      }
    }, views);
    assert.equal(pictures().length, 2, "the first and, for good, the last");
  });

  test("an error of the work is thrown on, and the last state stays", async () => {
    const work = async (tell: (now: number) => void) => {
      tell(5);
      throw new Error("no broker");
    };
    await assert.rejects(showLive(work, views), /^Error: no broker$/);
    assert.match(`${tables().at(-1)?.data["text/plain"]}`, /\n5\ttrue\n/);
  });

  test("an error of what is drawn is thrown, once the work is done", async () => {
    const figure = () => {
      return { data: [{ type: "no such chart", x: 1n }], layout: {}, alt: "" };
    };
    await assert.rejects(
      showLive(async (tell) => tell(1), { ...views, figure }),
      TypeError,
    );
  });

  test("work that tells nothing shows nothing", async () => {
    assert.equal(await showLive(async () => 1, views), 1);
    assert.deepEqual(kernel.messages, []);
  });
});

describe("outside a kernel", () => {
  test("only the last state is printed", async () => {
    const text = await printedBy(() => showLive(async (tell) => tell(1), views));
    assert.equal(text, "Table 1. How far\nnow\tisOver\n1\ttrue\n1 row × 2 columns\nnow 1\n");
  });
});
