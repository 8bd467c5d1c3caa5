// Verdicts for the tests of admission/ and webhook/: a failed signature rule unless a test says otherwise.
import type { FailureAction, FailurePolicy, ImageVerdict, RuleResult, RuleVerdict } from "../../src/policy/verdict.ts";

export const IMAGE = `registry.local:5000/acme/web:1@sha256:${"9".repeat(64)}`;

export function ruleVerdict(more: Partial<RuleVerdict> = {}): RuleVerdict {
  return {
    outcome: "Fail",
    rule: "acme",
    summary: "0 of 1 required signatures accepted",
    findings: [],
    evidence: [],
    causes: [],
    ...more,
  };
}

export interface Actions {
  readonly failureAction?: FailureAction;
  readonly failurePolicy?: FailurePolicy;
}

export function result(verdict: RuleVerdict = ruleVerdict(), actions: Actions = {}): RuleResult {
  return {
    policy: { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" },
    failureAction: "Enforce",
    failurePolicy: "Fail",
    verdict,
    ...actions,
  };
}

export function imageVerdict(
  results: readonly RuleResult[] = [result()],
  more: Partial<ImageVerdict> = {},
): ImageVerdict {
  return { image: IMAGE, fields: ["/spec/containers/0/image"], places: [], results, ...more };
}
