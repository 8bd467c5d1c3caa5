// The closed list of causes: which of them failurePolicy softens, and that each says what to do.
import assert from "node:assert/strict";
import { CAUSES, causeEntry, isOutsideCause, type UndeterminedCause } from "../../src/policy/causes.ts";
import { FAILURES } from "../../src/failure/catalogue.ts";

const all = Object.keys(CAUSES) as UndeterminedCause[];

describe("policy/causes", () => {
  it("five lie outside, four with us", () => {
    assert.deepEqual(all.filter(isOutsideCause), [
      "RegistryUnreachable",
      "RegistryThrottled",
      "RegistryError",
      "DeadlineSpent",
      "Overloaded",
    ]);
    assert.equal(all.length, 9);
  });

  it("each says what to do, and is no failure code", () => {
    for (const cause of all) {
      assert.ok(CAUSES[cause].hint.length >= 20, cause);
      assert.equal(Object.hasOwn(FAILURES, cause), false, cause);
    }
  });

  it("knows causes, and nothing else", () => {
    assert.equal(causeEntry("Overloaded"), CAUSES.Overloaded);
    for (const code of ["SignatureInvalid", "constructor", ""]) assert.equal(causeEntry(code), undefined);
  });
});
