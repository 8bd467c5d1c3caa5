/**
 * Whose credentials are tried for a repository, and in which order (policy-api.md §2.3): the pod's pull secrets, those of
 * the rule, then, only where the claim is the operator's, what the configuration names and what clouds give.
 */
import type { Repository } from "../oci/reference.ts";
import type {
  CredentialClaim,
  CredentialSource,
  Keychain,
  Keychains,
  OperatorSource,
  PodPullSecrets,
} from "../ports/credentials.ts";
import type { SecretSources } from "./secret-source.ts";

export class PullKeychains implements Keychains {
  readonly #secrets: SecretSources;
  readonly #operator: () => readonly OperatorSource[];

  /** `operator`: what the configuration names, then clouds, as they are now. */
  constructor(secrets: SecretSources, operator: () => readonly OperatorSource[]) {
    this.#secrets = secrets;
    this.#operator = operator;
  }

  /** Two claims of the same names are one, and so are all that have nothing to show. */
  keychain({ pod, secrets, isOperators }: CredentialClaim): Keychain {
    const operator = isOperators ? this.#operator() : [];
    const named = pod === undefined || (pod.names.length === 0 && pod.serviceAccount === undefined) ? [] : [pod];
    const parts = [...named, ...secrets, ...(operator.length === 0 ? [] : ["operator"])];
    const sourcesFor = (repository: Repository): readonly CredentialSource[] =>
      eachOnce([
        ...named.flatMap((each) => this.#ofPod(repository, each)),
        ...(secrets.length === 0 ? [] : [this.#secrets.ofNames(repository, secrets)]),
        ...operator.flatMap((each) => each.sourceOf(repository) ?? []),
      ]);
    return { id: parts.length === 0 ? "" : JSON.stringify(parts), sourcesFor };
  }

  #ofPod(repository: Repository, { namespace, names, serviceAccount }: PodPullSecrets): readonly CredentialSource[] {
    if (serviceAccount !== undefined) return [this.#secrets.ofAccount(repository, namespace, serviceAccount)];
    const full = [...new Set(names)].map((name) => ({ namespace, name }));
    return full.length === 0 ? [] : [this.#secrets.ofNames(repository, full)];
  }
}

/** A cloud's identity may be named by the configuration and stand for itself as well. */
function eachOnce(sources: readonly CredentialSource[]): readonly CredentialSource[] {
  return sources.filter(({ id }, index) => sources.findIndex((other) => other.id === id) === index);
}
