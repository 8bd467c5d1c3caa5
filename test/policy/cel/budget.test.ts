/** withBudget(): a spent budget is seen at the end, whoever swallowed it; nothing is counted outside. */
import assert from "node:assert/strict";
import { EXCEEDED, MAX_STEPS, spend, spendOnText, withBudget } from "../../../src/policy/cel/budget.ts";

describe("withBudget()", () => {
  it("gives the value of what keeps within", () => {
    assert.equal(
      withBudget(() => (spend(MAX_STEPS), "value")),
      "value",
    );
  });

  it("says exceeded for one step more, thrown or swallowed", () => {
    assert.equal(
      withBudget(() => spend(MAX_STEPS + 1)),
      EXCEEDED,
    );
    const swallowed = withBudget(() => {
      try {
        spend(MAX_STEPS + 1);
      } catch {
        return true;
      }
      return false;
    });
    assert.equal(swallowed, EXCEEDED);
  });

  it("counts text by stretches of 64 characters", () => {
    assert.equal(
      withBudget(() => spendOnText(64 * MAX_STEPS)),
      undefined,
    );
    assert.equal(
      withBudget(() => spendOnText(64 * MAX_STEPS + 1)),
      EXCEEDED,
    );
  });

  it("lets other errors fly, and begins anew after each", () => {
    assert.throws(() => withBudget(() => assert.fail("defect")), /defect/);
    assert.equal(
      withBudget(() => spend(MAX_STEPS)),
      undefined,
    );
  });

  it("counts nothing outside", () => assert.doesNotThrow(() => spend(MAX_STEPS * 2)));
});
