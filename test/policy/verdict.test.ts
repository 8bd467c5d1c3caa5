// How verdicts combine, and the table of effects of policy-api.md §4.
import assert from "node:assert/strict";
import {
  allOf,
  anyOf,
  effectOf,
  unmatchedEffect,
  type FailureAction,
  type FailurePolicy,
  type UnmatchedImages,
} from "../../src/policy/verdict.ts";
import type { UndeterminedCause } from "../../src/policy/causes.ts";
import type { Outcome, RuleResult } from "../../src/policy/verdict.ts";

function result(
  action: FailureAction,
  policy: FailurePolicy,
  outcome: Outcome,
  causes: UndeterminedCause[],
): RuleResult {
  return {
    policy: { kind: "ClusterImageVerifyPolicy", name: "p" },
    failureAction: action,
    failurePolicy: policy,
    verdict: { outcome, rule: "r", summary: "s", findings: [], evidence: [], causes },
  };
}

describe("policy/verdict", () => {
  it("never takes an empty list for a Pass", () => {
    assert.equal(allOf([]), "Fail");
    assert.equal(anyOf([]), "Fail");
  });

  it("combines by AND and OR", () => {
    assert.equal(allOf(["Pass", "Undetermined", "Fail"]), "Fail");
    assert.equal(allOf(["Pass", "Undetermined"]), "Undetermined");
    assert.equal(allOf(["Pass", "Pass"]), "Pass");
    assert.equal(anyOf(["Fail", "Undetermined"]), "Undetermined");
    assert.equal(anyOf(["Fail", "Undetermined", "Pass"]), "Pass");
  });

  it("warns of a template that is not determined, for whatever cause, and denies one that fails", () => {
    const effect = (outcome: Outcome, causes: UndeterminedCause[]): string =>
      effectOf({ ...result("Enforce", "Fail", outcome, causes), isTemplate: true });
    assert.equal(effect("Undetermined", ["PolicyInvalid"]), "warn");
    assert.equal(effect("Fail", []), "deny");
  });

  it("does with an image that no rule is about what the configuration says", () => {
    const effect = (unmatched?: Exclude<UnmatchedImages, "Allow">): string =>
      unmatchedEffect({ image: "x", fields: [], places: [], results: [], ...(unmatched && { unmatched }) });
    assert.deepEqual([effect(), effect("Warn"), effect("Deny")], ["admit", "warn", "deny"]);
  });

  const out: UndeterminedCause[] = ["RegistryUnreachable", "DeadlineSpent"];
  const table: readonly [Outcome, FailurePolicy, UndeterminedCause[], readonly string[]][] = [
    ["Pass", "Fail", [], ["admit", "admit", "admit"]],
    ["Fail", "Fail", [], ["deny", "warn", "admit"]],
    ["Fail", "Ignore", [], ["deny", "warn", "admit"]],
    ["Undetermined", "Fail", out, ["deny", "warn", "admit"]],
    ["Undetermined", "Ignore", out, ["warn", "warn", "admit"]],
    ["Undetermined", "Ignore", [...out, "PolicyInvalid"], ["deny", "warn", "admit"]],
    ["Undetermined", "Ignore", ["KeyUnavailable"], ["deny", "warn", "admit"]],
    ["Undetermined", "Ignore", [], ["deny", "warn", "admit"]],
  ];
  const remembered: readonly [UndeterminedCause[], verifiedAt: number | undefined, readonly string[]][] = [
    [out, 1, ["warn", "warn", "admit"]],
    [out, undefined, ["deny", "warn", "admit"]],
    [["RegistryError", "KeyUnavailable"], 1, ["deny", "warn", "admit"]],
    [["TrustRootNotReady"], 1, ["deny", "warn", "admit"]],
    [[], 1, ["deny", "warn", "admit"]],
  ];
  for (const [causes, verifiedAt, effects] of remembered) {
    const known = verifiedAt === undefined ? "not verified before" : "verified before";
    it(`IgnoreIfVerified, ${causes.join(", ") || "no cause"}, ${known}: ${effects.join(", ")}`, () => {
      for (const [action, effect] of [
        ["Enforce", effects[0]],
        ["Warn", effects[1]],
        ["Audit", effects[2]],
      ] as const) {
        const { verdict, ...common } = result(action, "IgnoreIfVerified", "Undetermined", causes);
        const when = verifiedAt === undefined ? {} : { verifiedAt };
        assert.equal(effectOf({ ...common, verdict: { ...verdict, ...when } }), effect);
        assert.equal(
          effectOf({ ...common, failurePolicy: "Fail", verdict: { ...verdict, ...when } }) === "deny",
          action === "Enforce",
        );
        const failed = effectOf({ ...common, verdict: { ...verdict, outcome: "Fail", ...when } });
        assert.equal(failed === "deny", action === "Enforce");
      }
    });
  }

  for (const [outcome, policy, causes, effects] of table) {
    it(`${outcome} with ${policy} and ${causes.join(", ") || "no cause"}: ${effects.join(", ")}`, () => {
      const actions: readonly FailureAction[] = ["Enforce", "Warn", "Audit"];
      assert.deepEqual(
        actions.map((action) => effectOf(result(action, policy, outcome, causes))),
        effects,
      );
    });
  }
});
