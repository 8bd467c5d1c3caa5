/**
 * Credentials for a pull (policy-api.md §2.3). What is said to anybody about a credential is the name of its source, never
 * its content.
 */

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

/** Where a credential comes from, asked only once a registry wants one. */
export interface CredentialSource {
  /** For messages. */
  readonly source: string;
  /** undefined: it has none, and says why in `notes` of its keychain. Throws UnavailableError. */
  credential(signal: AbortSignal): Promise<Credential | undefined>;
}

/** What may be shown for the pulls of one repository, in the order in which it is tried; nobody's name comes last. */
export interface Keychain {
  /** Equal only for keychains that show the same: part of the key of everything that is kept. */
  readonly id: string;
  readonly sources: readonly CredentialSource[];
  /** What was looked at and holds nothing, a clause each: `Secret "prod/gone" does not exist`. */
  notes(): readonly string[];
}

/** A Secret as the API server holds it; what it says is read by the registry's keyring. */
export interface PullSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
}
