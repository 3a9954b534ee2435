import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { projectPath } from "user-activity/dist/base/paths";
import { loadRunner, readNotebook, textOf } from "../helpers/notebook-runs";

describe("the runner of notebooks", { concurrency: 2 }, () => {
  const place = projectPath(".local", `test-notebooks-${process.pid}`);
  mkdirSync(place, { recursive: true });
  after(() => rmSync(place, { recursive: true, force: true }));

  function writeNotebook(
    name: string,
    sources: readonly (string | { source: string; metadata: object })[],
    kernel = "tslab",
  ): string {
    const cells = sources.map((one, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: index + 1,
      metadata: {},
      outputs: [{ output_type: "stream", name: "stdout", text: "from an earlier run\n" }],
      ...(typeof one === "string" ? { source: one } : one),
    }));
    const metadata = { kernelspec: { name: kernel, display_name: kernel }, language_info: { name: kernel } };
    const path = join(place, `${name}.ipynb`);
    writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    return path;
  }

  async function failureOf(path: string, output = path.replace(".ipynb", ".out.ipynb")): Promise<string> {
    const { runNotebook } = await loadRunner();
    return runNotebook(path, output).then(
      () => assert.fail(`${basename(path)} was taken for sound`),
      (error: Error) => error.message,
    );
  }

  test("names notebook and cell where a cell throws, the cells that were not executed, and keeps the copy", async () => {
    const path = writeNotebook("throws", ["1;", 'throw new Error("no such luck");', "2;", "3;"]);
    const message = await failureOf(path);
    assert.match(message, /^throws\.ipynb: code cell 2 /);
    assert.match(message, /no such luck/);
    assert.match(message, /throws\.ipynb: not executed after it: code cell 3, 4/);
    const { cells } = readNotebook(path.replace(".ipynb", ".out.ipynb"));
    assert.match(JSON.stringify(cells[1]?.outputs), /Error: no such luck/);
  });

  test("names the cell that failed, and what it had shown, where the kernel's words about it were lost", async () => {
    const mute =
      'process.stderr.write = (() => true) as any;\nconsole.log("so far");\nthrow new Error("unheard");';
    const message = await failureOf(writeNotebook("mute", ["1;", mute, "2;"]));
    assert.match(message, /^mute\.ipynb: code cell 2 failed: .*unheard.*\nbefore, it had shown: so far\n/s);
    assert.match(message, /\nmute\.ipynb: not executed after it: code cell 3$/);
  });

  test("names notebook and cell where a cell does not compile", async () => {
    assert.match(
      await failureOf(writeNotebook("types", ['const n: number = "text";'])),
      /^types\.ipynb: code cell 1 /,
    );
  });

  test("names notebook and cell where a cell in Python throws or writes to stderr", async () => {
    const throws = writeNotebook("raises", ["1", '{}["no such key"]', "2"], "python3");
    assert.match(await failureOf(throws), /^raises\.ipynb: code cell 2 KeyError: 'no such key'$/m);
    const source = 'import sys\nprint("careful", file=sys.stderr)';
    const message = await failureOf(writeNotebook("mutters-too", [source], "python3"));
    assert.match(message, /^mutters-too\.ipynb: code cell 1 wrote to stderr: careful$/m);
  });

  test("does not let a cell write to stderr", async () => {
    const message = await failureOf(writeNotebook("mutters", ["1;", 'console.error("careful");', "2;"]));
    assert.equal(message, "mutters.ipynb: code cell 2 wrote to stderr: careful");
  });

  test("sees that the kernel passed over a cell after an error that was allowed", async () => {
    // for 200 ms after an error the kernel drops what it is asked; stretched here, for machines that are slow to ask
    const source = `const wait = globalThis.setTimeout;
globalThis.setTimeout = ((work, ms, ...rest) => wait(work, ms === 200 ? 5000 : ms, ...rest)) as any;
throw new Error("on purpose");`;
    const allowed = { source, metadata: { tags: ["raises-exception"] } };
    const message = await failureOf(writeNotebook("skips", ["1;", allowed, 'console.log("never");']));
    assert.match(message, /^skips\.ipynb: code cell 2 /);
    assert.match(message, /not executed after it: code cell 3$/);
  });

  test("names notebook and cell where the kernel dies", async () => {
    const message = await failureOf(writeNotebook("dies", ["1;", "process.exit(1);", "2;"]));
    assert.match(message, /^dies\.ipynb: code cell 2 failed: Kernel died/);
  });

  test("says in one line that a notebook is none, or is not there", async () => {
    const broken = join(place, "broken.ipynb");
    writeFileSync(broken, "{");
    assert.match(await failureOf(broken), /^broken\.ipynb: expected a notebook, received .+$/);
    assert.match(
      await failureOf(join(place, "none.ipynb")),
      /^none\.ipynb: expected a notebook, received .+$/,
    );
  });

  test("leaves a notebook that is executed in place as it was if it fails", async () => {
    const path = writeNotebook("in-place", ["1 / 0"], "python3");
    const before = readFileSync(path, "utf8");
    await failureOf(path, path);
    assert.equal(readFileSync(path, "utf8"), before);
  });

  test("forgets what an earlier run left and joins what a cell prints", async () => {
    const { runNotebook } = await loadRunner();
    const path = writeNotebook("prints", ['print("a")\nprint("b")', "", "quiet = 1"], "python3");
    await runNotebook(path, path);
    const cells = readNotebook(path).cells;
    assert.deepEqual(
      cells.map(({ outputs = [] }) => outputs.map(({ name, text }) => [name, textOf(text)])),
      [[["stdout", "a\nb\n"]], [], []],
    );
    assert.deepEqual([cells[0]?.execution_count, cells[2]?.execution_count], [1, 2]);
  });

  test("has a kernel wait behind the notebook's imports until it is told to run, or to go", async () => {
    const { openNotebook } = await loadRunner();
    const marker = join(place, "marker");
    const write = `writeFileSync(${JSON.stringify(marker)}, "");`;
    const path = writeNotebook("waits-behind-imports", ['import { writeFileSync } from "node:fs";', write]);
    const output = path.replace(".ipynb", ".out.ipynb");
    const gone = openNotebook(path, output);
    gone.end();
    await assert.rejects(gone.run());
    assert.deepEqual([existsSync(marker), existsSync(output)], [false, false]);
    const cells: number[] = [];
    await openNotebook(path, output).run(({ cell }) => cells.push(cell));
    assert.deepEqual([existsSync(marker), cells], [true, [1, 2]]);
  });

  test("ends with the signal's reason when it is aborted, and its kernel with it", async () => {
    const { runNotebook } = await loadRunner();
    const pidFile = join(place, "pid");
    const wait = `import os, pathlib, time
pathlib.Path(${JSON.stringify(pidFile)}).write_text(str(os.getpid()))
time.sleep(600)`;
    const path = writeNotebook("waits", [wait], "python3");
    const controller = new AbortController();
    const running = runNotebook(path, path, { signal: controller.signal });
    while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await sleep(50);
    controller.abort(new Error("enough"));
    await assert.rejects(running, /^Error: enough$/);
    const pid = Number(readFileSync(pidFile, "utf8"));
    while (isAlive(pid)) await sleep(50);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
