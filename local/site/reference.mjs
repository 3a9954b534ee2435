// @ts-check
// The reference that the site adds to the project's own pages: of the tables, from their definition, and of the helper
// package, from its doc comments.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localDir, projectDir } from "../setup/places.mjs";

/**
 * The tables' page, in the words of the README that every lake carries.
 * @returns {Promise<string>}
 */
export async function renderTables() {
  const { tables } = await import("user-activity/dist/tables/tables.js");
  const { describeTable, notes } = await import("user-activity/dist/lake/readme.js");
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { lakeDir } = readConfig({}).hdfs;
  const sections = Object.values(tables).map((table) => describeTable(table, lakeDir));
  return `${["# The tables", tablesHead, notes, ...sections].join("\n\n")}\n`;
}

const tablesHead = `A table is a directory of Parquet files in HDFS. [How to read them](../docs/reading.md) from Python, SQL and Spark; their definition is [src/tables/tables.ts](../src/tables/tables.ts).`;

/**
 * TypeDoc's options: a Markdown page a module into `folder`, and all that it knows as JSON into `json`.
 * @param {string} folder @param {string} json
 */
export function typedocOptions(folder, json) {
  const tables = [
    "parameters",
    "interfaceProperties",
    "classProperties",
    "typeDeclaration",
    "typeAliasProperties",
  ];
  return {
    name: "user-activity",
    entryPoints: [join(projectDir, "src", "**", "*.ts")],
    exclude: ["**/*.d.ts", "**/node_modules/**"],
    tsconfig: join(projectDir, "src", "tsconfig.json"),
    excludeExternals: true,
    readme: "none",
    plugin: [join(localDir, "typedoc", "node_modules", "typedoc-plugin-markdown", "dist", "index.js")],
    outputs: [
      { name: "markdown", path: folder },
      { name: "json", path: json },
    ],
    router: "module",
    disableGit: true, // links lead to the site's own copy of the sources
    gitRevision: "-",
    basePath: join(projectDir, "src"),
    sourceLinkTemplate: "../../src/{path}#L-{line}",
    githubPages: false,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    ...Object.fromEntries(tables.map((name) => [`${name}Format`, "table"])),
    tableColumnSettings: { hideSources: true, hideModifiers: true, hideInherited: true, hideOverrides: true },
    treatWarningsAsErrors: true,
  };
}

/**
 * Makes TypeDoc's pages the site's: one that lists what notebooks import takes the place of its list of modules.
 * @param {string} folder @param {string} json
 */
export function finishPackage(folder, json) {
  rmSync(join(folder, "README.md"));
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const modules = pages.filter((name) => name.endsWith(".md") && name !== "index.md");
  for (const name of modules) {
    const text = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), tidyModule(text, name.split("/").length - 1));
  }
  writeFileSync(join(folder, "index.md"), renderPackage(JSON.parse(readFileSync(json, "utf8"))));
  return modules.length;
}

/**
 * A module's page as part of the site, without TypeDoc's name for options that a function takes apart. The side bar
 * leaves it out: there are many. `depth`: how many folders below the package's page it is.
 * @param {string} text @param {number} [depth]
 */
export function tidyModule(text, depth = 0) {
  const up = "../".repeat(depth);
  const words = text
    .replaceAll(/(\\?_){2}namedParameters/g, "options")
    .replaceAll("](../../src/", `](${up}../../src/`)
    .replace(/^# (.*)$/m, `# Module $1\n\nA part of [the helper package](${up}index.md).`);
  return `---\norphan: true\ntocdepth: 3\n---\n\n${words}`;
}

/**
 * @typedef {{kind: string, text: string}} Words
 * @typedef {{id: number, name: string, variant: string, target?: number, comment?: {summary: Words[]}, signatures?: Reflection[], children?: Reflection[]}} Reflection
 */

/**
 * The package's page, from what TypeDoc knows: what is imported by the package's name, then all modules.
 * @param {Reflection} project
 */
export function renderPackage({ children: modules = [] }) {
  const index = modules.find(({ name }) => name === "index")?.children ?? [];
  const rows = index.map(({ name, target }) => {
    const home = modules.find(({ children }) =>
      children?.some(({ id, variant }) => id === target && variant !== "reference"),
    );
    const found = home?.children?.find(({ id }) => id === target);
    const link = home ? `[${name}](${home.name}.md#${name.toLowerCase()})` : name;
    return `| ${link} | ${found ? firstSentence(found) : ""} |`;
  });
  const names = modules.map(({ name }) => name).filter((name) => name !== "index");
  return `${[packageHead, ["| import | is |", "| --- | --- |", ...rows].join("\n"), modulesHead, names.map((name) => `[${name}](${name}.md)`).join(", ")].join("\n\n")}\n`;
}

const packageHead = `# The helper package

The notebooks import these by the package's name, as in \`import { land } from "user-activity"\`.`;

const modulesHead = `## All modules

Everything else is imported from its module, as in \`import { createExamIndex } from "user-activity/dist/events/exam-index"\`.`;

/**
 * What a doc comment says first, in one line that fits a table.
 * @param {Reflection} reflection
 */
function firstSentence({ comment, signatures }) {
  const summary = (comment ?? signatures?.[0]?.comment)?.summary ?? [];
  const text = summary
    .map((part) => part.text)
    .join("")
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", "\\|");
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}
