import assert from "node:assert/strict";
import { test } from "node:test";
import { ContractError } from "user-activity/dist/contract/problems";
import { readContract } from "user-activity/dist/contract/read";
import { contractOf, readContractCases } from "../../helpers/contract-cases";

for (const one of readContractCases().filter(({ problems }) => problems))
  test(one.behaviour, () => {
    assert.throws(
      () => contractOf(one),
      (error) => {
        assert.ok(error instanceof ContractError);
        const told = error.problems.map(
          ({ where, expected, received, hint }) =>
            `${where}: expected ${expected}, received ${received}; ${hint}`,
        );
        assert.deepEqual(told, one.problems);
        return true;
      },
    );
  });

const header = "apiVersion: v3.1.0\nkind: DataContract\nid: lines\nversion: '1'\nstatus: draft\n";

/** The problems of a file, each with its line. */
function problemsOf(text: string): string[] {
  try {
    readContract(text, "f.yaml");
    return [];
  } catch (error) {
    assert.ok(error instanceof ContractError);
    return error.message.split("\n");
  }
}

test("every problem is told with the line that it stands in, in the file's order", () => {
  const text = `${header}schema:
  - name: grades
    properties:
      - name: score
        logicalType: text
      - name: at
        logicalType: timestamp
        requird: true
`;
  assert.deepEqual(problemsOf(text), [
    'f.yaml:10: schema.grades.properties.score.logicalType: expected one of string, integer, number, boolean, timestamp, date, array, object, received "text"; write one of them',
    'f.yaml:13: schema.grades.properties.at.requird: expected a key of the standard here, received "requird"; write required',
  ]);
});

test("what is no YAML is told with its line, and a key that stands twice", () => {
  assert.match(
    problemsOf(`${header}schema: [`).join(),
    /^f\.yaml:\d: \$: expected YAML, received ".+"; mend the line/,
  );
  assert.match(
    problemsOf(`${header}id: again\n`).join(),
    /^f\.yaml:6: \$: expected YAML, received "Map keys must be unique/,
  );
});

test("aliases that stand for endless lists, and texts of a megabyte, are refused before they are read", () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [name, of] of ["ba", "cb", "dc", "ed", "fe", "gf"] as unknown as [string, string][])
    bomb.push(`${name}: &${name} [${`*${of},`.repeat(8)}*${of}]`);
  assert.match(problemsOf(bomb.join("\n")).join(), /expected YAML, received ".*alias/i);
  assert.match(
    problemsOf("x".repeat(1_000_001)).join(),
    /expected at most 1000000 characters, received 1000001/,
  );
});

test("tags and values that JSON has not are refused or read as text", () => {
  assert.match(problemsOf("!!js/function x").join(), /expected YAML, received/);
  assert.match(problemsOf("- a list").join(), /^f\.yaml:1: \$: expected keys and values, received/);
});
