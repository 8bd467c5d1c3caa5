/**
 * Credentials for a pull (policy-api.md §2.3). What is said to anybody about a credential is the name of its source, never
 * its content.
 */
import type { CloudProvider } from "../oci/cloud-registry.ts";
import type { Repository } from "../oci/reference.ts";

/** What is shown to a registry, or to its token service. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** OAuth2 refresh token (docker's `identitytoken`), asked before the password. */
  readonly identityToken?: string;
  /** Of a cloud: shown to the registry's own host alone, whatever token service a challenge names. */
  readonly ownHostOnly?: boolean;
}

/** A credential and where it comes from. */
export interface NamedCredential {
  /** For messages, for example `Secret "prod/regcred"`. */
  readonly source: string;
  readonly credential: Credential;
}

/** What a source holds for the repository that it was asked for. */
export interface SourceAnswer {
  /** In the order in which they are tried. */
  readonly credentials: readonly NamedCredential[];
  /** What was looked at and holds nothing, a clause each: `Secret "prod/gone" does not exist`. */
  readonly notes: readonly string[];
  /** True if what has nothing now may have something another time: a cloud that could not be asked. */
  readonly isOpen?: boolean;
}

/** Where credentials for one repository come from, asked only once a registry wants one. */
export interface CredentialSource {
  /** Names what is looked at: sources with equal ids show the same. */
  readonly id: string;
  /** Throws UnavailableError where it cannot be asked, VerificationFailure where what it holds is malformed. */
  ask(signal: AbortSignal): Promise<SourceAnswer>;
}

/** What may be shown for pulls, by the repository that is pulled from. */
export interface Keychain {
  /**
   * Equal only for keychains that show the same: the credential class, part of the key of everything that is kept. Secrets are
   * in it by their names: what is known already is answered without reading them, and no token hangs on it.
   */
  readonly id: string;
  /** In the order in which they are tried; nobody's name comes last. Asks nobody anything yet. */
  sourcesFor(repository: Repository): readonly CredentialSource[];
}

/** Whose credentials may serve an image, in their order. */
export interface CredentialClaim {
  readonly pod?: PodPullSecrets;
  /** Of rules, after the pod's. */
  readonly secrets: readonly SecretName[];
  /** The operator's and those of clouds come last; a cluster policy has to cover the image. */
  readonly isOperators: boolean;
}

/** The pull secrets that a pod names, or those that it will be given. */
export interface PodPullSecrets {
  readonly namespace: string;
  readonly names: readonly string[];
  /** Of a template without a list of its own: the account whose list its pods will be given. */
  readonly serviceAccount?: string;
}

export interface SecretName {
  /** undefined: the controller's. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Keychains {
  keychain(claim: CredentialClaim): Keychain;
}

/** Sources that the operator vouches for, by the registries that they serve: a cloud's, for example. */
export interface OperatorSource {
  /** undefined: the repository is none of its registries'. */
  sourceOf(repository: Repository): CredentialSource | undefined;
}

/** Credentials of clouds for their own registries: where an identity is at hand, or because the operator says so. */
export interface CloudSources extends OperatorSource {
  /** undefined: the repository is in no registry of this cloud. */
  sourceBy(provider: CloudProvider, repository: Repository): CredentialSource | undefined;
}

/** A Secret as the API server holds it; what it says is read by the registry's keyring. */
export interface PullSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
}

/** An object of a cluster, or a clause that says why there is none: "does not exist". */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Secrets and service accounts, one by one and by name. Throws UnavailableError where they cannot be asked for. */
export interface PullSecretReader {
  secret(namespace: string, name: string, signal: AbortSignal): Promise<Read<PullSecret>>;
  /** The names in the list of the account. */
  accountSecrets(namespace: string, name: string, signal: AbortSignal): Promise<Read<readonly string[]>>;
}
