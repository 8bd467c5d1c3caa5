/** judgeSet(): parties with what their entries take, and why there may be more. */
import assert from "node:assert/strict";
import { judgeSet, type EntryResult } from "../../src/policy/judge-set.ts";
import type { Accepted } from "../../src/policy/prove.ts";
import type { UndeterminedCause } from "../../src/policy/causes.ts";

function result(party: string, keys: readonly string[], open: readonly UndeterminedCause[] = []): EntryResult {
  const accepted = keys.map(
    (keyId) => ({ entity: { principal: { kind: "key", keyId }, aliases: [] } }) as unknown as Accepted,
  );
  return { entry: { name: party, party } as EntryResult["entry"], accepted, findings: [], open };
}

describe("judgeSet()", () => {
  it("takes entries of one party for alternatives", () => {
    assert.equal(judgeSet(1, [result("a", []), result("a", ["k"])]).outcome, "Pass");
    assert.equal(judgeSet(2, [result("a", ["k"]), result("a", ["l"])]).outcome, "Fail");
  });

  it("is not determined where there may be more, and says why", () => {
    const open = judgeSet(2, [result("a", ["k"]), result("b", [], ["RegistryError", "KeyUnavailable"])]);
    assert.deepEqual(
      [open.outcome, open.causes, open.accepted],
      ["Undetermined", ["RegistryError", "KeyUnavailable"], 1],
    );
  });

  it("names no cause of a verdict that stands", () => {
    assert.deepEqual(judgeSet(1, [result("a", ["k"], ["RegistryError"])]).causes, []);
    assert.deepEqual(judgeSet(2, [result("a", ["k"]), result("b", [])]).causes, []);
  });
});
