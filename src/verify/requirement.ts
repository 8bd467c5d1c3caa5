/** What a signature must satisfy: one entry of an attestor set, compiled, with its key material and trust root resolved. */
import type { HashAlgorithm } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import type { RsaPadding } from "../crypto/signature.ts";
import type { Period } from "../encoding/instant.ts";
import type { TrustMaterial } from "../sigstore/trust-material.ts";
import type { CertificateAuthority } from "../x509/authority.ts";

/** A value that must be equal, or a compiled RE2 expression that must match the whole string. `text` is for messages. */
export interface TextMatcher {
  readonly text: string;
  matches(value: string): boolean;
}

export interface KeyRequirement {
  readonly kind: "key";
  readonly key: PublicKey;
  /** Pins the hash; absent: the defaults of spec §3.2. */
  readonly hashAlgorithm?: HashAlgorithm;
  readonly rsaPadding?: RsaPadding;
  /** Every proven time must lie inside; a window without a proven time is a failure (§3.5). */
  readonly validFor?: Period;
}

/** Fulcio: issuer and subject, both always named (§4.5). */
export interface KeylessRequirement {
  readonly kind: "keyless";
  readonly issuer: TextMatcher;
  readonly subject: TextMatcher;
  /** Fulcio extensions by their names (x509/fulcio.ts); an absent extension never matches. */
  readonly extensions: ReadonlyMap<string, TextMatcher>;
}

/** Bring your own PKI: CAs of the policy or the trust root, subject only (§7.4). */
export interface AuthorityRequirement {
  readonly kind: "authority";
  readonly authorities: readonly CertificateAuthority[];
  /** Any SAN may match. */
  readonly subject: TextMatcher;
  /** Without any proven time the chain is checked at `now` (certificates.insecureUseCurrentTime). */
  readonly useCurrentTimeUnsafe: boolean;
}

/** One pinned leaf certificate. Core only: no policy field makes it. */
export interface PinnedRequirement {
  readonly kind: "pinned";
  readonly der: Uint8Array;
}

export type SignerRequirement = KeyRequirement | KeylessRequirement | AuthorityRequirement | PinnedRequirement;

export type ContentRequirement =
  /** An image signature: simple signing, sign/v1 statement or message signature (§2.4). Annotations must be in the signed payload. */
  | { readonly kind: "signature"; readonly annotations: ReadonlyMap<string, string> }
  /** A statement of one of these predicate types, compared exactly. */
  | {
      readonly kind: "attestation";
      readonly predicateTypes: readonly string[];
      readonly annotations: ReadonlyMap<string, string>;
    }
  /** verify-bundle: any statement about the artifact, or a message signature over it. */
  | { readonly kind: "any" };

export interface Requirement {
  readonly signer: SignerRequirement;
  readonly content: ContentRequirement;
  /** Absent only where nothing of it is used (a key without log and time stamp). */
  readonly trust?: TrustMaterial;
  /** Log entries of distinct logs that must verify. */
  readonly minLogEntries: number;
  readonly minSignedCertificateTimestamps: number;
  /** RFC 3161 times of distinct authorities. */
  readonly minTimestamps: number;
}
