/**
 * Verdicts of rules that need no evidence, or of which none could be had: nothing is looked up here. And how what a registry
 * does becomes a value.
 */
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { ImageReference } from "../oci/reference.ts";
import { asksForEvidence, type CompiledRule } from "../policy/compile.ts";
import { evaluateRule } from "../policy/evaluate.ts";
import type { RuleVerdict } from "../policy/verdict.ts";
import { evaluateWrittenDigest, joinVerdicts, type WantedPin } from "../policy/written-digest.ts";
import { UnavailableError } from "../ports/unavailable.ts";

/** Stands where a rule asks for no evidence; equal to no image. */
const NO_DIGEST: Digest = "sha256:";

/** Beside evidence only pinning needs the registry, and only where there is a tag to resolve. */
export function needsRegistry(rule: CompiledRule, reference: ImageReference): boolean {
  return asksForEvidence(rule) || (rule.mutateDigest && reference.digest === undefined);
}

/** The verdict of a rule that asks for no evidence. */
export function unsigned(rule: CompiledRule, reference: ImageReference, pin?: WantedPin): RuleVerdict {
  if (asksForEvidence(rule)) throw new Error(`rule "${rule.name}" asks for evidence and was not judged on any`);
  const nothing = { artifact: { digest: NO_DIGEST }, kind: "manifest", places: [], candidates: [] } as const;
  return withWrittenDigest(rule, reference, evaluateRule(rule, nothing, 0), pin);
}

export function withWrittenDigest(
  rule: CompiledRule,
  reference: ImageReference,
  verdict: RuleVerdict,
  pin?: WantedPin,
): RuleVerdict {
  const written = evaluateWrittenDigest(rule, reference, pin);
  return written === undefined ? verdict : joinVerdicts(verdict, written);
}

/**
 * The image could not be looked at: a Fail or Undetermined of every rule that needs to. Where it was to be pinned, that its
 * text has no digest comes of that, and is not told beside it.
 */
export function unresolved(
  rule: CompiledRule,
  reference: ImageReference,
  error: VerificationFailure | UnavailableError,
  isPinWanted: boolean,
): RuleVerdict {
  const pin = isPinWanted && error instanceof UnavailableError ? { cause: error.undetermined } : undefined;
  if (!needsRegistry(rule, reference)) return unsigned(rule, reference, pin);
  const verdict = notLookedAt(rule, reference, error);
  return isPinWanted ? verdict : withWrittenDigest(rule, reference, verdict);
}

/** A Fail or Undetermined by what the registry did, and nothing else. */
export function notLookedAt(
  rule: CompiledRule,
  reference: ImageReference,
  error: VerificationFailure | UnavailableError,
): RuleVerdict {
  const subject = `manifest ${reference.digest ?? reference.tag ?? ""}`;
  const common = { rule: rule.name, evidence: [] };
  return error instanceof UnavailableError
    ? {
        ...common,
        outcome: "Undetermined",
        summary: "the image could not be looked at",
        findings: [{ subject, code: error.undetermined, reason: error.message }],
        causes: [error.undetermined],
      }
    : {
        ...common,
        outcome: "Fail",
        summary: "the image itself is refused",
        findings: [{ subject, code: error.code, reason: error.message, hint: error.hint }],
        causes: [],
      };
}

export type Looked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: VerificationFailure | UnavailableError };

/** What a registry does becomes a value; a defect flies on. */
export async function looked<T>(work: Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (error instanceof VerificationFailure || error instanceof UnavailableError) return { ok: false, error };
    throw error;
  }
}
