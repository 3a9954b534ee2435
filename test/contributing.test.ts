import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/paths";

const page = readFileSync(projectPath("CONTRIBUTING.md"), "utf8");
const [, map = ""] = /^## The map of the house$(.*?)^## /ms.exec(page) ?? [];

/** The modules of each section, in the page's order. */
const sections = map
  .split(/^### .*$/m)
  .slice(1)
  .map((section) => [...section.matchAll(/^\| `([^`]+)` \| .+ \|$/gm)].map(([, name = ""]) => name));

describe("the map of the house", () => {
  test("names every module of src once, and no other", () => {
    const modules = readdirSync(projectPath("src")).filter((name) => name.endsWith(".ts"));
    assert.deepEqual(sections.flat().sort(), modules.map((name) => name.replace(/\.ts$/, "")).sort());
  });

  const floorOf = new Map(sections.flatMap((names, floor) => names.map((name) => [name, floor] as const)));
  for (const [name, floor] of floorOf)
    test(`${name} imports nothing of a later section`, () => {
      const text = readFileSync(projectPath("src", `${name}.ts`), "utf8");
      const imported = [...text.matchAll(/from "\.\/([\w-]+)"/g)].map(([, other = ""]) => other);
      assert.deepEqual(
        imported.filter((other) => (floorOf.get(other) ?? Number.POSITIVE_INFINITY) > floor),
        [],
      );
    });
});
