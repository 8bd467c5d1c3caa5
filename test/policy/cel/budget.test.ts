/** withBudget(): a spent budget is seen at the end, whoever swallowed it; nothing is counted outside. */
import assert from "node:assert/strict";
import {
  EXCEEDED,
  MAX_REQUEST_STEPS,
  MAX_STEPS,
  REQUEST_EXCEEDED,
  spend,
  spendOnText,
  StepBudget,
  withBudget,
  withSharedSteps,
} from "../../../src/policy/cel/budget.ts";

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

describe("withSharedSteps()", () => {
  const all = (): unknown => withBudget(() => (spend(MAX_STEPS), "value"));

  it("lets expressions of one request spend so many together, and says of later ones that it is not their fault", () => {
    const budget = new StepBudget();
    withSharedSteps(budget, () => {
      for (let spent = 0; spent < MAX_REQUEST_STEPS; spent += MAX_STEPS) {
        assert.equal(budget.isSpent, false);
        assert.equal(all(), "value");
      }
      assert.equal(budget.isSpent, true);
      assert.equal(all(), REQUEST_EXCEEDED);
      assert.equal(
        withBudget(() => "free"),
        REQUEST_EXCEEDED,
      );
    });
    assert.equal(all(), "value");
    assert.equal(
      withSharedSteps(new StepBudget(), () => all()),
      "value",
    );
  });

  it("ends an expression where the request's steps end, before its own do", () => {
    const budget = new StepBudget();
    budget.left = 10;
    withSharedSteps(budget, () => {
      assert.equal(
        withBudget(() => spend(11)),
        REQUEST_EXCEEDED,
      );
      assert.equal(budget.isSpent, true);
    });
  });

  it("tells an expression that takes too many for itself from that", () => {
    const budget = new StepBudget();
    assert.equal(
      withSharedSteps(budget, () => withBudget(() => spend(MAX_STEPS + 1))),
      EXCEEDED,
    );
    assert.equal(budget.left, MAX_REQUEST_STEPS - MAX_STEPS);
  });

  it("is over with its work, whatever that throws", () => {
    const budget = new StepBudget();
    assert.throws(() => withSharedSteps(budget, () => assert.fail("a defect")), /a defect/);
    all();
    assert.equal(budget.left, MAX_REQUEST_STEPS);
  });
});
