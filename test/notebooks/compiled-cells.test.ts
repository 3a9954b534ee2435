import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectPath } from "user-activity/dist/base/paths";

interface Compiled {
  readonly diagnostics: readonly object[];
  readonly output?: string;
  readonly sideOutputs?: readonly object[];
}

interface Converter {
  convert(declared: string, source: string): Compiled;
  addModule(name: string): void;
  complete(): string;
  close(): void;
}

interface Module {
  keepCompiled(open: () => Converter, folder: string): Converter;
  typesKey(project: string): string | undefined;
}

describe("what a cell was compiled to", () => {
  const root = mkdtempSync(join(tmpdir(), "user-activity-test-"));
  after(() => rmSync(root, { recursive: true }));
  const folder = join(root, "cells", "types");
  const calls: string[] = [];
  let special: Partial<Compiled> = {};
  const real: Converter = {
    convert: (declared, source) => {
      calls.push(source);
      return { diagnostics: [], output: `${declared}|${source}`, ...special };
    },
    addModule: (name) => calls.push(name),
    complete: () => "completed",
    close: () => calls.push("closed"),
  };
  const open = () => {
    calls.push("opened");
    return real;
  };
  /** As a kernel that has just been started would have it. */
  async function fresh(): Promise<Converter> {
    const path = pathToFileURL(projectPath("local", "notebooks", "compiled-cells.mjs")).href;
    return ((await import(path)) as Module).keepCompiled(open, folder);
  }
  const taken = () => calls.splice(0);

  beforeEach(() => {
    rmSync(join(root, "cells"), { recursive: true, force: true });
    special = {};
    taken();
  });

  test("is the same in the next kernel, which does not open a compiler for it", async () => {
    const compiled = (await fresh()).convert("let a: number;", "a + 1");
    assert.deepEqual(taken(), ["opened", "a + 1"]);
    const next = await fresh();
    assert.deepEqual(next.convert("let a: number;", "a + 1"), compiled);
    next.close();
    assert.deepEqual(taken(), []);
  });

  test("is not taken for another cell, nor for the same one after other declarations", async () => {
    const converter = await fresh();
    converter.convert("let a: number;", "a");
    assert.equal(converter.convert("let a: string;", "a").output, "let a: string;|a");
    assert.equal(converter.convert("let a: number;", "b").output, "let a: number;|b");
    assert.deepEqual(taken(), ["opened", "a", "a", "b"]);
  });

  test("is not kept where the cell has an error", async () => {
    special = { diagnostics: [{ messageText: "no" }] };
    (await fresh()).convert("", "broken");
    assert.equal(existsSync(folder), false);
  });

  test("is not kept where a file of the reader's own, or a module of another cell, is part of it", async () => {
    const converter = await fresh();
    const imports = ['import { a } from "./mine";', "const a = await import('../mine');", 'require("/mine")'];
    for (const source of imports) converter.convert("", source);
    converter.convert(`${imports[0]}\n`, "a");
    special = { sideOutputs: [{}] };
    converter.convert("", 'import { b } from "mine";');
    special = {};
    converter.addModule("mine");
    converter.convert("", "c");
    assert.equal(existsSync(folder), false);
  });

  test("is compiled again where what was kept is cut, or can't be kept", async () => {
    (await fresh()).convert("", "a");
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"diagnos');
    assert.equal((await fresh()).convert("", "a").output, "|a");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file in its place");
    assert.equal((await fresh()).convert("", "a").output, "|a");
  });

  test("goes where cells are kept for other types", async () => {
    mkdirSync(join(root, "cells", "earlier"), { recursive: true });
    (await fresh()).convert("", "a");
    assert.deepEqual(readdirSync(join(root, "cells")), ["types"]);
  });

  test("completion and modules are the compiler's own", async () => {
    const converter = await fresh();
    assert.equal(converter.complete(), "completed");
    converter.addModule("mine");
    converter.close();
    assert.deepEqual(taken(), ["opened", "mine", "closed"]);
  });

  test("belongs to the packages that are installed and to the declarations of the helper package", async () => {
    const path = pathToFileURL(projectPath("local", "notebooks", "compiled-cells.mjs")).href;
    const { typesKey } = (await import(path)) as Module;
    const project = join(root, "project");
    const packages = join(project, "node_modules", ".package-lock.json");
    const declaration = join(project, "src", "dist", "sql", "query.d.ts");
    for (const file of [packages, declaration]) {
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, "1");
    }
    const keys = [typesKey(project), typesKey(project)];
    writeFileSync(declaration, "2");
    keys.push(typesKey(project));
    writeFileSync(packages, "2");
    keys.push(typesKey(project));
    assert.equal(keys[0], keys[1]);
    assert.equal(new Set(keys).size, 3);
    rmSync(packages);
    assert.equal(typesKey(project), undefined);
  });
});
