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

/** An applicable rule wants the image pinned, and it is not. */
export interface WantedPin {
  /** Why it cannot be pinned now: then the author of the pod is not to blame. Absent: now it could be. */
  readonly cause?: UndeterminedCause;
}

/** `/mutate` pins or stays out of the way: what kept it from it may have passed by now. */
const NOT_PINNED =
  "try again: a rule wants this image pinned, and the webhook that pins was not called or could not ask the registry then; or write the image with its digest";

/** Undefined when the rule has nothing to say about it. Without `pin` nobody wanted to pin it: the author has to write the digest. */
export function evaluateWrittenDigest(
  rule: CompiledRule,
  reference: ImageReference,
  pin?: WantedPin,
): RuleVerdict | undefined {
  if (rule.errors.length > 0 || !rule.verifyDigest || reference.digest !== undefined) return undefined;
  const common = { rule: rule.name, evidence: [] };
  const subject = quoted(reference.original);
  const cause = pin?.cause;
  if (cause !== undefined) {
    const reason = `Cannot pin ${subject}: its registry could not be asked for the digest of the tag`;
    return {
      ...common,
      outcome: "Undetermined",
      summary: "the image could not be pinned",
      findings: [{ subject, code: cause, reason }],
      causes: [cause],
    };
  }
  const reason = `Cannot hold ${subject} to what was verified: no digest, want @sha256:<64 hex>`;
  const failed = { ...common, outcome: "Fail", causes: [] } as const;
  const finding = { subject, code: "NoDigest", reason };
  return pin === undefined
    ? { ...failed, summary: "the image has no digest", findings: [{ ...finding, hint: FAILURES.NoDigest.hint }] }
    : {
        ...failed,
        summary: "the image was not pinned",
        findings: [{ ...finding, hint: NOT_PINNED }],
        isTransient: true,
      };
}

/** AND of the verdicts of one rule (§4, step 10); the summary is that of the first that decides. */
export function joinVerdicts(first: RuleVerdict, ...others: readonly RuleVerdict[]): RuleVerdict {
  const all = [first, ...others];
  const outcome = allOf(all.map((verdict) => verdict.outcome));
  const failed = all.filter((verdict) => verdict.outcome === "Fail");
  const isTransient = failed.length > 0 && failed.every((verdict) => verdict.isTransient === true);
  return {
    outcome,
    rule: first.rule,
    summary: (all.find((verdict) => verdict.outcome === outcome) ?? first).summary,
    findings: all.flatMap(({ findings }) => findings),
    evidence: all.flatMap(({ evidence }) => evidence),
    causes: outcome === "Undetermined" ? [...new Set(all.flatMap(({ causes }) => causes))] : [],
    ...(isTransient ? { isTransient: true } : {}),
  };
}
