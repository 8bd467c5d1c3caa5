// Nobody waits for what a first policy takes: it was done before, by turns.
import assert from "node:assert/strict";
import { warmUp } from "../../src/compose/warm-up.ts";

describe("warmUp()", () => {
  it("compiles a policy of each sort, with a turn for others after each", async () => {
    let turns = 0;
    await warmUp(() => {
      turns += 1;
      return Promise.resolve();
    });
    assert.equal(turns, 5);
  });

  it("goes on when it is its turn again, and not before", async () => {
    const waiting: (() => void)[] = [];
    const warm = warmUp(() => new Promise((resolve) => waiting.push(resolve)));
    let isDone = false;
    void warm.then(() => {
      isDone = true;
    });
    for (let turn = 1; turn <= 5; turn += 1) {
      assert.deepEqual([waiting.length, isDone], [turn, false]);
      waiting.at(-1)?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(isDone, true);
  });
});
