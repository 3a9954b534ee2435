const { rmSync } = require("node:fs");
const { hold, note, put, putFake } = require(`${process.env.FAKES}/common.js`);

note("npm ci");
rmSync("node_modules", { recursive: true, force: true });
put("node_modules/tslab/package.json", "{}");
if (process.env.NPM_FAILS) {
  for (let line = 1; line <= 100; line++) console.error(`npm error line ${line}`);
  process.exit(1);
}
hold();
put("node_modules/.bin/user-activity");
const isLeftOut = (type) =>
  process.env.npm_config_omit === type && !process.argv.includes(`--include=${type}`);
if (!isLeftOut("dev")) {
  putFake("node_modules/typescript/bin/tsc", "tsc.js");
  putFake("node_modules/tslab/bin/tslab", "tslab.js");
}
put("node_modules/typedoc/bin/typedoc");
note("npm done");
