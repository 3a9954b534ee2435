// @ts-check
// What tslab compiled a cell to, kept from one kernel to the next. Its compiler reads and checks the types of all packages
// anew in every kernel, which takes most of a notebook's time; what comes of a cell follows from the cell, from what was
// declared before it, and from those types.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * tslab's converter, as far as a kernel asks it; sideOutputs: what became of files that the cell imports.
 * @typedef {{diagnostics: unknown[], sideOutputs?: unknown}} Compiled
 * @typedef {object} Converter
 * @property {(declared: string, source: string) => Compiled} convert
 * @property {(...args: unknown[]) => unknown} addModule
 * @property {(...args: unknown[]) => unknown} inspect
 * @property {(...args: unknown[]) => unknown} complete
 * @property {() => void} close
 */

/** A cell that reads a file of the reader's own, which may change: it is compiled each time. */
const ownFile = /\b(?:from|import|require)\s*\(?\s*["'`][./]|<reference\b/;

/**
 * A converter that looks into the folder first, and opens the real one when something is not there.
 * @param {() => Converter} open @param {string} folder for one state of the types, see typesKey
 * @returns {Converter}
 */
export function keepCompiled(open, folder) {
  /** @type {Converter | undefined} */
  let opened;
  const real = () => {
    opened ??= open();
    return opened;
  };
  let hasModules = false; // by %%module: what they hold is not part of a cell
  return {
    convert: (declared, source) => {
      if (hasModules || ownFile.test(declared) || ownFile.test(source))
        return real().convert(declared, source);
      const path = join(folder, `${hashOf([process.cwd(), declared, source])}.json`);
      const kept = readKept(path);
      if (kept) return kept;
      const compiled = real().convert(declared, source);
      if (compiled.diagnostics.length === 0 && !compiled.sideOutputs) keep(path, compiled);
      return compiled;
    },
    addModule: (...args) => {
      hasModules = true;
      return real().addModule(...args);
    },
    inspect: (...args) => real().inspect(...args),
    complete: (...args) => real().complete(...args),
    close: () => opened?.close(),
  };
}

/**
 * Changes with what cells are checked against: Node, the installed packages, the declarations of the helper package.
 * Undefined where one of them is not there; a cell that needs it will say so.
 * @param {string} projectDir
 */
export function typesKey(projectDir) {
  const dist = join(projectDir, "src", "dist");
  try {
    const declarations = readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".d.ts"))
      .sort()
      .map((name) => [name, readFileSync(join(dist, name), "utf8")]);
    const packages = readFileSync(join(projectDir, "node_modules", ".package-lock.json"), "utf8");
    return hashOf([process.version, packages, declarations]);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function hashOf(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

/** @param {string} path @returns {Compiled | undefined} */
function readKept(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // not there, or cut
  }
}

/**
 * Best effort: a cell that can't be kept is compiled again. What was kept for other types goes.
 * @param {string} path @param {Compiled} compiled
 */
function keep(path, compiled) {
  const folder = dirname(path);
  try {
    if (mkdirSync(folder, { recursive: true })) removeOthers(folder);
    const whole = `${path}.${process.pid}`;
    writeFileSync(whole, JSON.stringify(compiled));
    renameSync(whole, path);
  } catch {
    // a full disk, or a kernel with other types that has just removed the folder
  }
}

/** @param {string} folder */
function removeOthers(folder) {
  const above = dirname(folder);
  for (const name of readdirSync(above))
    if (join(above, name) !== folder) rmSync(join(above, name), { recursive: true, force: true });
}
