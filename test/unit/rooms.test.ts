import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";

const page = readFileSync(projectPath("CONTRIBUTING.md"), "utf8");
const [, map = ""] = /^## The map of the house$(.*?)^## /ms.exec(page) ?? [];

/** The folders of src, in the page's order. */
const rooms = [...map.matchAll(/^\| `([\w-]+)\/` \| .+ \|$/gm)].map(([, name = ""]) => name);

const entries = readdirSync(projectPath("src"), { withFileTypes: true });

/** A folder's modules, and what each imports: a path below src, as in "base/errors". */
const importsOf = new Map<string, readonly string[]>(
  rooms.flatMap((room) =>
    readdirSync(projectPath("src", room))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [`${room}/${basename(name, ".ts")}`, readImports(room, name)] as const),
  ),
);

/** Static and dynamic imports, types included. */
function readImports(room: string, name: string): string[] {
  const text = readFileSync(projectPath("src", room, name), "utf8");
  return [...text.matchAll(/(?:\bfrom |\bimport |\bimport\(|\brequire\()"(\.[^"]+)"/g)].map(([, path = ""]) =>
    join(room, path.replace(/\.js$/, "")),
  );
}

describe("the map of the house", () => {
  test("names every folder of src once, and no other", () => {
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const ofModules = folders.filter((name) => !["bin", "dist", "node_modules"].includes(name));
    assert.deepEqual([...rooms].sort(), ofModules.sort());
  });

  test("leaves at most three files beside the folders, one of them a module", () => {
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".tsbuildinfo"));
    assert.deepEqual(files.map(({ name }) => name).sort(), ["index.ts", "package.json", "tsconfig.json"]);
  });

  test("leaves no module over 250 lines", () => {
    const long = [...importsOf.keys()].filter(
      (module) => readFileSync(projectPath("src", `${module}.ts`), "utf8").split("\n").length > 251,
    );
    assert.deepEqual(long, []);
  });

  for (const [floor, room] of rooms.entries())
    test(`${room} imports nothing of a later folder`, () => {
      const later = [...importsOf].flatMap(([module, imports]) =>
        module.startsWith(`${room}/`)
          ? imports
              .filter((path) => !rooms.slice(0, floor + 1).includes(path.split("/")[0] ?? ""))
              .map((path) => `${module} imports ${path}`)
          : [],
      );
      assert.deepEqual(later, []);
    });

  test("has no modules that import each other in a circle", () => {
    const done = new Set<string>();
    const visit = (module: string, way: readonly string[]): void => {
      assert.ok(!way.includes(module), [...way, module].join(" -> "));
      if (done.has(module)) return;
      for (const path of importsOf.get(module) ?? []) visit(path, [...way, module]);
      done.add(module);
    };
    for (const module of importsOf.keys()) visit(module, []);
  });
});
