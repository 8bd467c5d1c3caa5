/** A policy resource, compiled rule by rule: globs, selectors, keys parsed once at load, nothing left to fail at request time. */
import type { ImageReference } from "../oci/reference.ts";
import type { Requirement } from "../verify/requirement.ts";
import type { FailureAction, FailurePolicy, RuleResult } from "./verdict.ts";

export interface FieldError {
  /** For example spec.verifyImages[0].attestors[0].entries[1].keys.publicKeys */
  readonly path: string;
  readonly message: string;
}

export interface CompiledEntry {
  readonly name: string;
  readonly requirement: Requirement;
}

export interface CompiledSet {
  /** Entries that must each be met by a signature of a different principal; at least 1. */
  readonly count: number;
  readonly entries: readonly CompiledEntry[];
}

export interface CompiledRule {
  readonly name: string;
  /** Include patterns match and no skip does (policy-api.md §3). */
  covers(reference: ImageReference): boolean;
  readonly mutateDigest: boolean;
  readonly verifyDigest: boolean;
  /** Every set must pass. */
  readonly sets: readonly CompiledSet[];
  /** Non-empty: the rule does not compile and is Undetermined (PolicyInvalid) for what it covers. */
  readonly errors: readonly FieldError[];
  /** SHA-256 over everything that decides a verdict (key material included): part of a proof's key. */
  readonly hash: string;
}

export interface CompiledPolicy {
  readonly id: RuleResult["policy"];
  readonly failureAction: FailureAction;
  readonly failurePolicy: FailurePolicy;
  /** True when the policy applies to pods of this namespace (its own namespace; the cluster kind's selector). */
  appliesTo(namespace: string, labels: ReadonlyMap<string, string> | undefined): boolean;
  readonly rules: readonly CompiledRule[];
}
