import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { findSparkJava } from "user-activity/dist/spark/java";
import { ownFolder } from "../../helpers/live-lake";

const run = (...args: string[]) =>
  spawnSync(process.execPath, [projectPath("local", "spark.mjs"), ...args], { encoding: "utf8" });

/** A folder with a program called java that lists these modules. */
function aJava(modules: readonly string[]): string {
  const bin = join(ownFolder(), "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "java"),
    `#!/bin/sh\nprintf '%s\\n' ${modules.map((name) => `'${name}'`).join(" ")}\n`,
  );
  chmodSync(join(bin, "java"), 0o755);
  return bin;
}

describe("npm run spark", () => {
  test("says what it does, and needs nothing for that", () => {
    const { status, stdout, stderr } = run("--help");
    assert.deepEqual([status, stderr], [0, ""]);
    for (const word of ["--follow", "--lake DIR", "--batch", "SPARK_MASTER_URL", "Java of version 17"])
      assert.ok(stdout.includes(word), word);
  });

  test("names an option that is wrong", () => {
    const { status, stderr } = run("--batch", "many");
    assert.equal(status, 2);
    assert.match(stderr, /^npm run spark: --batch: expected a whole number above 0, received "many"\n/);
    assert.equal(run("--fast").status, 2);
  });
});

test("what is written in Python stays short, and no row goes through it", () => {
  const folder = projectPath("spark");
  const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
  const text = files.map((name) => readFileSync(join(folder, name), "utf8")).join("");
  assert.ok(text.split("\n").length <= 401, `${text.split("\n").length - 1} lines`);
  assert.doesNotMatch(text, /\budf\b|pandas|mapInArrow|\.rdd\b|toLocalIterator/i);
});

describe("the Java for Spark", () => {
  const whole = ["java.base@17.0.15", "jdk.incubator.vector@17.0.15"];

  test("is that of JAVA_HOME, else the first on the PATH that Spark runs on", () => {
    const [old, small, good] = [aJava(["java.base@11.0.2", "x@1"]), aJava(["java.base@25"]), aJava(whole)];
    assert.equal(findSparkJava({ PATH: [old, small, good].join(":") }), join(good, ".."));
    const other = aJava(whole);
    assert.equal(findSparkJava({ JAVA_HOME: join(other, ".."), PATH: good }), join(other, ".."));
  });

  test("is asked for in words where there is none", () => {
    assert.throws(
      () => findSparkJava({ PATH: aJava(["java.base@25"]) }),
      /Java: expected one of version 17 or later with the module jdk\.incubator\.vector, received none; install one/,
    );
  });
});
