// @ts-check
// tslab's kernel, with what it compiled before: node kernel.mjs TSLAB kernel --config-path FILE [--run]
// With --run, as the runner of notebooks starts it, the compiler is not made ready before a cell needs it.
import { createRequire } from "node:module";
import { join } from "node:path";
import { localDir, projectDir } from "../setup/places.mjs";
import { keepCompiled, typesKey } from "./compiled-cells.mjs";

const isRun = process.argv.includes("--run");
process.argv = process.argv.filter((one, index) => index !== 1 && one !== "--run");
const load = createRequire(join(projectDir, "node_modules", "tslab", "package.json"));
const converters = load("./dist/converter.js");
const { createConverter } = converters;

/** @param {{isJS: boolean, isBrowser: boolean}} options */
converters.createConverter = (options) => {
  const key = typesKey(projectDir);
  if (options.isJS || options.isBrowser || !key) return createConverter(options);
  const folder = join(localDir, "compiled-cells", key);
  const ready = isRun ? undefined : createConverter(options);
  return keepCompiled(() => ready ?? createConverter(options), folder);
};

load("./dist/main.js").main();
