import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeAnswer, notWritten } from "user-activity/dist/show/exercise";

describe("an answer to an exercise", () => {
  const isSeven = (given: number) => given === 7 || `expected 7, received ${given}`;

  it("is right where the judge says so", async () => {
    assert.equal((await judgeAnswer(7, isSeven)).outcome, "right");
  });

  it("is told what is off", async () => {
    const { outcome, words } = await judgeAnswer(8, isSeven);
    assert.deepEqual([outcome, words], ["off", "Not yet: expected 7, received 8."]);
  });

  it("is open where there is none, and the judge is not asked", async () => {
    assert.equal((await judgeAnswer<number>(null, () => assert.fail())).outcome, "open");
    assert.equal((await judgeAnswer<number>(undefined, () => assert.fail())).outcome, "open");
  });

  it("is open where the function is a stub", async () => {
    const stub = (): number => notWritten();
    assert.equal((await judgeAnswer(stub, (answer) => isSeven(answer()))).outcome, "open");
  });

  it("stops nothing where its code throws", async () => {
    const broken = (): number => {
      throw new TypeError("x is undefined");
    };
    const { outcome, words } = await judgeAnswer(broken, (answer) => isSeven(answer()));
    assert.deepEqual([outcome, words], ["off", 'Not yet: your code ended with "x is undefined".']);
  });
});
