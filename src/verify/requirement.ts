/**
 * What a signature must satisfy: one entry of an attestor set, compiled, with its key material and trust root resolved
 * (policy-api §2.4; verification-spec §4.4, §8.2). The defaults live with whoever compiles: nothing here is optional
 * that would make a check weaker by its absence.
 */
import type { HashAlgorithm } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import type { Interval } from "../encoding/interval.ts";
import type { TrustMaterial } from "../sigstore/trusted-root.ts";
import type { CertificateAuthority } from "../x509/chain.ts";
import type { IdentityRequirement, TextMatcher } from "./identity.ts";

/** The signature was made by this key (§3.5). */
export interface KeyRequirement {
  readonly kind: "key";
  readonly key: PublicKey;
  /** The one hash that is accepted; by key type and format where it is absent (§3.2). Not for Ed25519. */
  readonly hashAlgorithm?: HashAlgorithm;
  /** PKCS1v15 where it is absent. Only for RSA. */
  readonly rsaPadding?: "PKCS1v15" | "PSS";
  /** Every proven time must lie inside, and one must be proven (§3.5 (4)). */
  readonly validFor?: Interval;
}

/** A certificate of the trust root's CAs, for this OIDC issuer and subject (§4.5). */
export interface KeylessRequirement {
  readonly kind: "keyless";
  readonly identity: IdentityRequirement;
}

/** A certificate of a private PKI: any of its names may be the subject; issuer and SCT do not exist there (§7.4). */
export interface AuthorityRequirement {
  readonly kind: "authority";
  readonly authorities: readonly CertificateAuthority[];
  readonly subject: TextMatcher;
  /** Without any proven time leaf and chain must be valid now. */
  readonly insecureUseCurrentTime: boolean;
}

/** Exactly this certificate, whoever issued it. No policy field makes one (§4.4). */
export interface PinnedLeafRequirement {
  readonly kind: "pinned-leaf";
  readonly der: Uint8Array;
  readonly subject: TextMatcher;
}

/** Who must have signed. */
export type SignerRequirement = KeyRequirement | KeylessRequirement | AuthorityRequirement | PinnedLeafRequirement;

/** What must have been signed. */
export type ContentRequirement =
  /** An image signature: simple signing, a sign/v1 statement or a message signature (§2.4). */
  | {
      readonly kind: "signature";
      /** Each must stand in the signed payload with exactly this value. */
      readonly annotations?: ReadonlyMap<string, string>;
    }
  /** A statement of one of these predicate types, compared exactly (§2.4). */
  | {
      readonly kind: "attestation";
      readonly predicateTypes: readonly string[];
      /** Each must stand at the subject that is this artifact, with exactly this value. */
      readonly annotations?: ReadonlyMap<string, string>;
    }
  /** Any statement about the artifact, or its message signature: for verify-bundle, which asks for no more (§9.1). */
  | { readonly kind: "any" };

/** How many distinct witnesses a signature must bring (§8.2); never entries, so that a copy counts once. */
export interface Thresholds {
  /** Transparency logs. 0: log entries are not looked at, and prove no time. */
  readonly logs: number;
  /** Certificate-transparency logs; a key has none. */
  readonly certificateLogs: number;
  /** Observers of the signing time: logs by their integrated time, and timestamp authorities. */
  readonly times: number;
  /** Of these, timestamp authorities. */
  readonly timestamps: number;
}

export interface Requirement {
  readonly signer: SignerRequirement;
  readonly content: ContentRequirement;
  /** Absent for a key that needs neither log nor time: then nothing but the key decides. */
  readonly trust?: TrustMaterial;
  readonly thresholds: Thresholds;
}
