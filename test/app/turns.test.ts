// Others have their turn once a slice is used up, and not before.
import assert from "node:assert/strict";
import { turnTaker } from "../../src/app/turns.ts";

describe("turnTaker()", () => {
  it("goes on until its slice is used up, and then lets others have a turn", async () => {
    let now = 0;
    const turn = turnTaker(() => now);
    let others = 0;
    setImmediate(() => (others += 1));
    now = 0.5;
    await turn();
    assert.equal(others, 0);
    now = 1;
    await turn();
    assert.equal(others, 1);
    setImmediate(() => (others += 1));
    now = 1.5;
    await turn();
    assert.equal(others, 1);
  });
});
