/**
 * The closed list of causes of Undetermined (policy-api.md §4), each with what to do about it. They are codes as those of
 * failure/catalogue.ts are: docs/failures.md is made of both.
 */

export interface CauseEntry {
  /** Where it lies: `failurePolicy` softens what lies outside of Sealgate, and nothing else. */
  readonly side: "outside" | "ours";
  readonly hint: string;
}

export const CAUSES = {
  RegistryUnreachable: {
    side: "outside",
    hint: "try again; if it stays so, check the registry's name, and from Sealgate's pods its DNS, network, proxy and certificate (docs/registries.md)",
  },
  RegistryThrottled: {
    side: "outside",
    hint: "the registry wants fewer requests: try again later, or give credentials for which its limit is higher (docs/registries.md)",
  },
  RegistryError: { side: "outside", hint: "the registry failed: try again, then ask its operator" },
  DeadlineSpent: {
    side: "outside",
    hint: "try again, since what was read is kept; if it stays so, the registry is slow, or the webhook's timeoutSeconds or the policy's is short",
  },
  Overloaded: {
    side: "outside",
    hint: "try again: Sealgate, or what one namespace may use of it, is busy (limits, docs/policies.md)",
  },
  TrustRootMissing: { side: "ours", hint: "correct the name in trustRoot, or make a TrustRoot of that name" },
  TrustRootNotReady: {
    side: "ours",
    hint: 'see "kubectl describe troot" or /readyz?verbose for what is wrong with it, and correct the TrustRoot or its file',
  },
  KeyUnavailable: {
    side: "ours",
    hint: "put the public key where the policy names it; docs/keys.md says what is read, and with which rights",
  },
  PolicyInvalid: { side: "ours", hint: 'correct the policy; "sealgate apply -p FILE" lists what is wrong with one' },
} as const satisfies Readonly<Record<string, CauseEntry>>;

export type UndeterminedCause = keyof typeof CAUSES;

/** undefined for a code that is no cause. */
export function causeEntry(code: string): CauseEntry | undefined {
  return Object.hasOwn(CAUSES, code) ? CAUSES[code as UndeterminedCause] : undefined;
}

export function isOutsideCause(cause: UndeterminedCause): boolean {
  return CAUSES[cause].side === "outside";
}
