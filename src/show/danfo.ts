import Module = require("node:module");

import type * as Danfo from "danfojs-node";

/**
 * danfo's frames. What danfo loads at its start and seldom uses, mathjs for deviations, medians and modes and xlsx for files
 * of Excel, takes longer than all the rest; it is loaded when danfo first uses it.
 */
export const { DataFrame } = loadDanfo();
export type DataFrame = Danfo.DataFrame;

function loadDanfo(): typeof Danfo {
  const path = require.resolve("danfojs-node");
  const restore = ["mathjs", "xlsx"].map((name) => standIn(require.resolve(name, { paths: [path] })));
  try {
    return require(path) as typeof Danfo;
  } finally {
    for (const one of restore) one();
  }
}

/** Puts in a module's place what loads it at its first use; returns what has everybody else load the module itself. */
function standIn(path: string): () => void {
  if (require.cache[path]) return () => undefined;
  const module = new Module(path);
  module.exports = new Proxy({}, { get: (_, name) => (require(path) as Record<PropertyKey, unknown>)[name] });
  module.loaded = true;
  require.cache[path] = module;
  return () => delete require.cache[path];
}
