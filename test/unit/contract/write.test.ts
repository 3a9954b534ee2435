import assert from "node:assert/strict";
import { test } from "node:test";
import { readContract } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { writeContract } from "user-activity/dist/contract/write";
import { type ContractCase, contractOf, readContractCases } from "../../helpers/contract-cases";

test("a contract that is written reads as the same one, the shipped one and those of all cases", () => {
  const cases = readContractCases<ContractCase>().filter(({ problems }) => !problems);
  for (const contract of [shippedContract, ...cases.map(contractOf)])
    assert.deepEqual(readContract(writeContract(contract)), contract);
});

test("comments stand before what they are about, and nothing in them ends the line", () => {
  const [table] = shippedContract.tables;
  const column = table?.columns[0] ?? assert.fail();
  const options = table?.columns.find(({ name }) => name === "options")?.items?.fields?.[0] ?? assert.fail();
  const { identity } = shippedContract;
  const notes = new Map<object, string[]>([
    [shippedContract, ["a draft"]],
    [identity ?? assert.fail(), ["decide"]],
    [table ?? assert.fail(), ["the table"]],
    [column, ["first line", "second\nkey: x\u0085\u2028# y"]],
    [options, ["nested"]],
  ]);
  const text = writeContract(shippedContract, notes);
  assert.match(text, /^# a draft\n(\n)?apiVersion: v3\.1\.0\n/);
  assert.match(text, /\n {2}# decide\n {2}- \{ property: identity, /);
  assert.match(text, /\n {2}# the table\n {2}- name: questions_pool_data\n/);
  assert.match(
    text,
    /\n {6}# first line\n {6}# second\\u000akey: x\\u0085\\u2028# y\n {6}- name: user_exam_id\n/,
  );
  assert.match(text, /\n {12}# nested\n {12}- name: id\n/);
  assert.deepEqual(readContract(text), shippedContract);
});
