import assert from "node:assert/strict";
import { test } from "node:test";
import { findPatternProblem, mostCharacters } from "user-activity/dist/contract/patterns";

const safe = [
  "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
  "^https?://[^/]+/",
  String.raw`^\d{4}-\d{2}(-\d{2})?$`,
  "^(red|green|blue)$",
  "^(?:[A-Z]{2})+$",
  "[*+|(]",
  String.raw`^.+?\.json$`,
];

for (const pattern of safe)
  test(`a pattern is taken: ${pattern}`, () => assert.equal(findPatternProblem(pattern), undefined));

const unsafe = [
  ...["(a+)+", "(a*)*b", "(a|a)*", "(a|ab)*c", "((a+)b?)*", "(?:a+){10}", "(a?){30}a{30}", "((ab)*)*"],
  ...[String.raw`(a+)\1`, String.raw`(?<x>a)\k<x>`, "a?".repeat(13), "a".repeat(501), "(", "["],
];

for (const pattern of unsafe)
  test(`a pattern is refused: ${pattern.slice(0, 30)}`, () => assert.ok(findPatternProblem(pattern)));

test("the more of a pattern repeats, the shorter the text that it is tried on", () => {
  assert.equal(mostCharacters("^[a-z]{3}$"), Number.POSITIVE_INFINITY);
  assert.deepEqual(["^a+$", "a+", "^a+b+$", "^a+b+c+$"].map(mostCharacters), [1e8, 1e4, 1e4, 464]);
});
