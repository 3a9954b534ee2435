// What the fake programs have in common; they do as npm, Python, Java, tsc and tslab do in a set-up, without a download.
const { appendFileSync, copyFileSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** Notes how the program was called. */
function note(text) {
  appendFileSync(process.env.CALLS, `${text}\n`);
}

/** Writes a file and the folders that it needs. */
function put(path, text = "", mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

/** Puts a fake program where it is run with Node. */
function putFake(path, name) {
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(join(__dirname, name), path);
}

/** Waits as long as the file is there that HOLD names, a minute at the most. */
function hold() {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const { HOLD = "" } = process.env;
  for (let left = 3000; existsSync(HOLD) && left > 0; left--) Atomics.wait(never, 0, 0, 20);
}

module.exports = { note, put, putFake, hold };
