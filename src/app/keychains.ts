/**
 * Whose credentials an image is looked at with (policy-api.md §2.3). Each rule has its own: what a namespaced policy looks at is
 * never read with the operator's. A tag means one thing for all of them, so it is resolved with what any of them may show.
 * Secrets of a source are shown for it, and for no image.
 */
import { isSameRepository, type Repository } from "../oci/reference.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
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
    rules: claims.map((claim, index) => {
      const keychain = keychains.keychain(claim);
      const atSource = sourceClaim(claim, rules[index]);
      return atSource === undefined
        ? keychain
        : forSource(keychain, atSource.source, keychains.keychain(atSource.claim));
    }),
  };
}

/** Before the rule's own, where it has Secrets for its source. */
function sourceClaim(
  claim: CredentialClaim,
  applicable: ApplicableRule | undefined,
): { readonly source: Repository; readonly claim: CredentialClaim } | undefined {
  if (applicable === undefined) return undefined;
  const { policy, rule } = applicable;
  const { source, sourceSecrets } = rule;
  if (source === undefined || sourceSecrets.length === 0) return undefined;
  const secrets = distinct([...sourceSecrets.map((name) => secretOf(policy.id, name)), ...claim.secrets]);
  return { source, claim: { ...claim, secrets } };
}

function forSource(keychain: Keychain, source: Repository, atSource: Keychain): Keychain {
  return {
    id: JSON.stringify([keychain.id, `${source.host}/${source.path}`, atSource.id]),
    sourcesFor: (repository) => (isSameRepository(repository, source) ? atSource : keychain).sourcesFor(repository),
  };
}

function claimOf({ policy: { id }, rule }: ApplicableRule, pod: PodPullSecrets | undefined): CredentialClaim {
  return {
    ...(pod === undefined ? {} : { pod }),
    secrets: rule.pullSecrets.map((name) => secretOf(id, name)),
    isOperators: id.kind === "ClusterImageVerifyPolicy",
  };
}

/** Of a cluster policy in the controller's namespace. */
function secretOf({ namespace }: CompiledPolicy["id"], name: string): SecretName {
  return { namespace, name };
}

function distinct(secrets: readonly SecretName[]): readonly SecretName[] {
  return [...new Map(secrets.map((secret) => [JSON.stringify([secret.namespace, secret.name]), secret])).values()];
}
