/**
 * The order in which a CA is replaced (kubernetes.md §8): make the new one and let API servers trust both; when that is in
 * force everywhere, issue leaves with the new one; when no leaf of the old one is left, drop it. One step at a time, from
 * the Secret's state alone, so that any leader can go on where another ended.
 */
import type { Instant } from "../encoding/instant.ts";
import type { AuthorityState } from "./authority-secret.ts";
import { makeAuthority, notAfterOf } from "./certificate-authority.ts";

export interface RotationTimes {
  readonly authorityLifetimeMs: number;
  /** How long before its end a CA is replaced. */
  readonly renewBeforeMs: number;
  /** How long all configurations must have carried the new CA before leaves are issued with it. */
  readonly distributionWaitMs: number;
  /** How long the old CA stays trusted: no leaf lives longer. */
  readonly overlapWaitMs: number;
}

export interface RotationView {
  readonly now: Instant;
  /** How long all configurations have carried the whole bundle; 0 if they do not. */
  readonly distributedMs: number;
}

export interface RotationStep {
  readonly name: "distribute" | "issue" | "drop";
  readonly state: AuthorityState;
}

/** The first state of all. */
export async function firstAuthority(now: Instant, times: RotationTimes): Promise<AuthorityState> {
  const issuing = await makeAuthority({ now, lifetimeMs: times.authorityLifetimeMs });
  return { issuing, bundle: [issuing.certPem] };
}

/** What is to be written next, if anything. */
export async function nextRotation(
  state: AuthorityState,
  times: RotationTimes,
  { now, distributedMs }: RotationView,
): Promise<RotationStep | undefined> {
  const { issuing, next, bundle, overlapSince, asked } = state;
  const keptAsked = asked === undefined ? {} : { asked };
  if (next !== undefined) {
    if (distributedMs < times.distributionWaitMs) return undefined;
    return { name: "issue", state: { issuing: next, bundle, overlapSince: now, ...keptAsked } };
  }
  if (overlapSince !== undefined) {
    if (now - overlapSince < times.overlapWaitMs) return undefined;
    return { name: "drop", state: { issuing, bundle: [issuing.certPem], ...keptAsked } };
  }
  if (asked === undefined && notAfterOf(issuing.certPem) - now > times.renewBeforeMs) return undefined;
  const made = await makeAuthority({ now, lifetimeMs: times.authorityLifetimeMs });
  return { name: "distribute", state: { issuing, next: made, bundle: [made.certPem, issuing.certPem] } };
}
