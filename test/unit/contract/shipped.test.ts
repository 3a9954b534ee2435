import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv2019 from "ajv/dist/2019";
import { projectPath } from "user-activity/dist/base/paths";
import { generateModule } from "user-activity/dist/contract/generate";
import { coercionTypes, customOf } from "user-activity/dist/contract/odcs-keys";
import { readContract, readContractFile } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { formatContract } from "user-activity/dist/contract/words";
import { writeContract } from "user-activity/dist/contract/write";
import { fingerprintRules } from "user-activity/dist/events/fingerprint";
import { tables } from "user-activity/dist/tables/tables";
import { parse } from "yaml";
import { readContractCases, toDocument } from "../../helpers/contract-cases";
import { eventsOf, propose, readProposeCases } from "../../helpers/propose-cases";

const path = "data/assessments.odcs.yaml";
const file = projectPath("data", "assessments.odcs.yaml");

test("the generated module is what the contract says now (else: npm run contract)", () => {
  const written = readFileSync(projectPath("src", "contract", "shipped.ts"), "utf8");
  assert.equal(written, generateModule(readContractFile(file), path));
  assert.deepEqual(readContractFile(file), shippedContract);
});

test("lakes landed before contracts are held to the same schemas", () => {
  assert.equal(fingerprintRules(shippedContract), "b5bc1fe10f11fdb5");
});

test("each column of the contract's tables stands in the lake's, in order", () => {
  for (const { name, columns } of [...shippedContract.tables, ...shippedContract.summaries]) {
    const table = tables[name as keyof typeof tables];
    assert.deepEqual(
      table.columns.map((column) => [
        column.name,
        column.nullable,
        column.doc,
        column.nullMeans,
        column.unit,
      ]),
      columns.map((column) => [column.name, column.nullable, column.doc, column.nullMeans, column.unit]),
    );
  }
});

test("a person reads every column, with where it comes from and what it asks for", () => {
  const text = formatContract(shippedContract, 160);
  assert.ok(text.split("\n").every((line) => line.length <= 160 || !line.startsWith("│")));
  for (const { columns } of shippedContract.tables)
    for (const { name } of columns) assert.match(text, new RegExp(`^│ ${name} `, "m"));
  assert.match(text, /recorded_at +│ TIMESTAMP +│ +│ keen_timestamp +│ unix-seconds/);
  assert.match(text, /error correct-within-total: correct <= total/);
});

/** The contract that the page has as an example. */
const [, example = ""] =
  /```yaml\n(apiVersion[\s\S]*?)```/.exec(readFileSync(projectPath("docs", "contract.md"), "utf8")) ?? [];

test("the page's example is a contract, and names every custom property", () => {
  const { tables, summaries } = readContract(example);
  assert.deepEqual([tables.length, summaries.length], [1, 1]);
  const page = readFileSync(projectPath("docs", "contract.md"), "utf8");
  for (const name of Object.values(customOf).flat()) assert.ok(page.includes(`\`${name}`), name);
  for (const name of Object.keys(coercionTypes)) assert.ok(page.includes(`\`${name}\``), name);
});

/** The JSON Schema of the standard, which the tests' Python packages bring. */
const lib = projectPath(".local", "venv", "lib");
const [schemaFile] = (existsSync(lib) ? readdirSync(lib) : [])
  .map((python) => join(lib, python, "site-packages", "open_data_contract_standard", "schema.json"))
  .filter((one) => existsSync(one));

test("the shipped contract, those of the cases and drafts of events are valid by the standard's JSON Schema", {
  skip: !schemaFile,
}, () => {
  const schema = JSON.parse(readFileSync(schemaFile ?? "", "utf8")) as object;
  const validate = new Ajv2019({ strict: false, allErrors: true }).compile(schema);
  const isValid = (document: unknown) => validate(document) || JSON.stringify(validate.errors?.slice(0, 3));
  const customers = ["xapi", "edx"].map((name) => projectPath("data", "customers", `${name}.odcs.yaml`));
  for (const text of [...[file, ...customers].map((path) => readFileSync(path, "utf8")), example])
    assert.equal(isValid(parse(text)), true);
  for (const { behaviour, contract, problems } of readContractCases())
    if (contract && !problems) assert.equal(isValid(toDocument(contract)), true, behaviour);
  for (const one of readProposeCases()) {
    const { contract, notes } = propose(eventsOf(one));
    assert.equal(isValid(parse(writeContract(contract, notes))), true, one.behaviour);
  }
});
