/**
 * verifyDigest (policy-api.md §2.3): at the validating webhook an image of a pod must carry a digest, or the node may
 * pull something else than what was verified. Also how this check and the signatures make one verdict of a rule.
 */
import { FAILURES } from "../failure/catalogue.ts";
import { quoted } from "../failure/failure.ts";
import type { ImageReference } from "../oci/reference.ts";
import type { CompiledRule } from "./compile.ts";
import type { UndeterminedCause } from "./causes.ts";
import { allOf, type RuleVerdict } from "./verdict.ts";

/**
 * Undefined when the rule has nothing to say about it. `unpinned` is why an applicable rule that wanted the image
 * pinned could not have it: then the author of the pod is not to blame.
 */
export function evaluateWrittenDigest(
  rule: CompiledRule,
  reference: ImageReference,
  unpinned?: UndeterminedCause,
): RuleVerdict | undefined {
  if (rule.errors.length > 0 || !rule.verifyDigest || reference.digest !== undefined) return undefined;
  const common = { rule: rule.name, evidence: [] };
  const subject = quoted(reference.original);
  if (unpinned !== undefined) {
    const reason = `Cannot pin ${subject}: its registry could not be asked for the digest of the tag`;
    return {
      ...common,
      outcome: "Undetermined",
      summary: "the image could not be pinned",
      findings: [{ subject, code: unpinned, reason }],
      causes: [unpinned],
    };
  }
  const reason = `Cannot hold ${subject} to what was verified: no digest, want @sha256:<64 hex>`;
  return {
    ...common,
    outcome: "Fail",
    summary: "the image has no digest",
    findings: [{ subject, code: "NoDigest", reason, hint: FAILURES.NoDigest.hint }],
    causes: [],
  };
}

/** AND of the verdicts of one rule (§4, step 10); the summary is that of the first that decides. */
export function joinVerdicts(first: RuleVerdict, ...others: readonly RuleVerdict[]): RuleVerdict {
  const all = [first, ...others];
  const outcome = allOf(all.map((verdict) => verdict.outcome));
  return {
    outcome,
    rule: first.rule,
    summary: (all.find((verdict) => verdict.outcome === outcome) ?? first).summary,
    findings: all.flatMap(({ findings }) => findings),
    evidence: all.flatMap(({ evidence }) => evidence),
    causes: outcome === "Undetermined" ? [...new Set(all.flatMap(({ causes }) => causes))] : [],
  };
}
