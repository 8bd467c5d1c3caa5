/**
 * Verdicts and how they combine (policy-api.md §4). A Pass carries the evidence that earned it; nothing else makes one:
 * an empty list, a caught error or a default never does.
 */
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import { isOutsideCause, type UndeterminedCause } from "./causes.ts";

export type Outcome = "Pass" | "Fail" | "Undetermined";

/** One line of an explanation: a candidate signature, or something that could not be looked at. */
export interface Finding {
  /** For example "bundle sha256:ab12…" or "cosign sha256:77e0… (layer 1)"; the rule itself where there is no candidate. */
  readonly subject: string;
  /** Attestor entry that it was held against, where there is one. */
  readonly entry?: string;
  /** A FailureCode or an UndeterminedCause. */
  readonly code: string;
  readonly reason: string;
  readonly hint?: string;
}

/** A place where evidence was looked for, and what it answered. */
export interface PlaceAnswer {
  /** For example "referrers API", "tag sha256-….sig". */
  readonly place: string;
  /** read = it answered; absent = it has nothing; unread = it could not be asked (cause says why). */
  readonly state: "read" | "absent" | "unread";
  readonly detail: string;
  readonly cause?: UndeterminedCause;
}

export interface RuleVerdict {
  readonly outcome: Outcome;
  readonly rule: string;
  /** One sentence, for example "0 of 1 required signatures accepted". */
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly evidence: readonly VerifiedEntity[];
  readonly causes: readonly UndeterminedCause[];
  /** Of a Fail: the same image may pass when it is tried again. It is denied all the same. */
  readonly isTransient?: true;
  /** Of an Undetermined: when the same rule last passed for the same digest, if its policy may still rest on that. */
  readonly verifiedAt?: Instant;
}

/** AND: Fail if any is Fail, else Undetermined if any is, else Pass. An empty list is no Pass: callers have at least one. */
export function allOf(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0 || outcomes.includes("Fail")) return "Fail";
  return outcomes.includes("Undetermined") ? "Undetermined" : "Pass";
}

/** OR: Pass if any is Pass, else Undetermined if any is, else Fail. */
export function anyOf(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("Pass")) return "Pass";
  return outcomes.includes("Undetermined") ? "Undetermined" : "Fail";
}

export type FailureAction = "Enforce" | "Warn" | "Audit";
export type FailurePolicy = "Fail" | "Ignore" | "IgnoreIfVerified";

/** One rule of one policy, held against one image. */
export interface RuleResult {
  readonly policy: {
    readonly kind: "ImageVerifyPolicy" | "ClusterImageVerifyPolicy";
    readonly namespace?: string;
    readonly name: string;
  };
  readonly failureAction: FailureAction;
  readonly failurePolicy: FailurePolicy;
  /** The image is one of a template: early feedback, since its pods will be checked. */
  readonly isTemplate?: true;
  readonly verdict: RuleVerdict;
}

/** What the configuration says of an image that no rule of a cluster policy is about (policy-api.md §2.8). */
export type UnmatchedImages = "Allow" | "Warn" | "Deny";

/** The explanation object: webhook, log and command line print from this and from nothing else. */
export interface ImageVerdict {
  /** Canonical reference, with the digest once it is known; the original text, escaped, when it could not be parsed. */
  readonly image: string;
  /** JSON pointers of the pod fields that name it, for example /spec/containers/0/image. */
  readonly fields: readonly string[];
  readonly digest?: Digest;
  readonly places: readonly PlaceAnswer[];
  readonly results: readonly RuleResult[];
  /** No rule of a cluster policy is about it, and the configuration allows that not. */
  readonly unmatched?: Exclude<UnmatchedImages, "Allow">;
}

/** What a rule's verdict does to the request. */
export type Effect = "admit" | "warn" | "deny";

/** Nobody can tell, and for no reason of ours. */
export function isOutside({ outcome, causes }: RuleVerdict): boolean {
  return outcome === "Undetermined" && causes.length > 0 && causes.every(isOutsideCause);
}

/** Beside the results of its rules: an image has the effects of both. */
export function unmatchedEffect({ unmatched }: ImageVerdict): Effect {
  if (unmatched === undefined) return "admit";
  return unmatched === "Deny" ? "deny" : "warn";
}

/** The table of policy-api.md §4. Only what lies outside is softened; a cause of ours, or none, denies. */
export function effectOf({ failureAction, failurePolicy, isTemplate, verdict }: RuleResult): Effect {
  if (verdict.outcome === "Pass" || failureAction === "Audit") return "admit";
  if (failureAction === "Warn") return "warn";
  if (verdict.outcome === "Fail") return "deny";
  const isSoftened =
    failurePolicy === "Ignore" || (failurePolicy === "IgnoreIfVerified" && verdict.verifiedAt !== undefined);
  return isTemplate === true || (isSoftened && isOutside(verdict)) ? "warn" : "deny";
}
