/**
 * Whose credentials an image is looked at with (policy-api.md §2.3). Each rule has its own: what a namespaced policy looks at is
 * never read with the operator's. A tag means one thing for all of them, so it is resolved with what any of them may show.
 */
import type { ApplicableRule } from "../policy/match.ts";
import type { CredentialClaim, Keychain, Keychains, PodPullSecrets, SecretName } from "../ports/credentials.ts";

export interface ImageKeychains {
  /** For what the tag names. */
  readonly image: Keychain;
  /** For evidence, in the order of the rules; nobody's for a rule beyond. */
  readonly rules: readonly Keychain[];
}

export const NOBODY: Keychain = { id: "", sourcesFor: () => [] };
export const NOBODYS: ImageKeychains = { image: NOBODY, rules: [] };

/** `pod` is what the pod itself is pulled with. */
export function imageKeychains(
  keychains: Keychains | undefined,
  rules: readonly ApplicableRule[],
  pod: PodPullSecrets | undefined,
): ImageKeychains {
  if (keychains === undefined) return NOBODYS;
  const claims = rules.map((rule) => claimOf(rule, pod));
  const all: CredentialClaim = {
    ...(pod === undefined ? {} : { pod }),
    secrets: distinct(claims.flatMap(({ secrets }) => secrets)),
    isOperators: claims.some(({ isOperators }) => isOperators),
  };
  return {
    image: keychains.keychain(all),
    rules: claims.map((claim) => keychains.keychain(claim)),
  };
}

function claimOf({ policy: { id }, rule }: ApplicableRule, pod: PodPullSecrets | undefined): CredentialClaim {
  const { namespace } = id;
  return {
    ...(pod === undefined ? {} : { pod }),
    secrets: rule.pullSecrets.map((name) => ({ namespace, name })),
    isOperators: id.kind === "ClusterImageVerifyPolicy",
  };
}

function distinct(secrets: readonly SecretName[]): readonly SecretName[] {
  return [...new Map(secrets.map((secret) => [JSON.stringify([secret.namespace, secret.name]), secret])).values()];
}
