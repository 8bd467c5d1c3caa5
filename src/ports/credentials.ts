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
}

/** A credential and where it comes from. */
export interface NamedCredential {
  /** For messages, for example `Secret "prod/regcred"`. */
  readonly source: string;
  readonly credential: Credential;
}

/** A Secret as the API server holds it; what it says is read by the registry's keyring. */
export interface PullSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
}
