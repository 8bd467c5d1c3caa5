/**
 * Branded proofs. Each brand is built beside the one function that earns it, so that the order of the procedure cannot
 * be written wrongly: a chain cannot be judged at a time that nobody proved, claims cannot be read from bytes that no
 * signature covers, and a Pass cannot be made of anything but what verify() returned.
 */
import type { ArtifactDigest } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import type { Instant } from "../encoding/instant.ts";
import type { JsonObject } from "../encoding/json.ts";
import type { VerificationFailure } from "../failure/failure.ts";
import type { Statement } from "../sigstore/statement.ts";
import type { VerifiedTimestamp } from "../timestamp/timestamp.ts";
import type { VerifiedLogEntry } from "../transparency/log-entry.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { FulcioIdentity } from "../x509/fulcio-extensions.ts";
import type { SignedEntity } from "./entity.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = { readonly [brand]: Name };

/** Who signed, and what counts as one party however often it signs (policy-api §2.4). */
export type Principal =
  | { readonly kind: "key"; readonly keyId: string }
  | { readonly kind: "keyless"; readonly issuer: string; readonly subject: string }
  /** `authority` is the key id of the CA's trust anchor. */
  | { readonly kind: "authority"; readonly authority: string; readonly subject: string }
  | { readonly kind: "pinned-leaf"; readonly keyId: string };

/** The key that must verify the signature, and the certificate that holds it. Believed of nobody yet. */
export interface SignerMaterial {
  readonly key: PublicKey;
  readonly leaf?: Certificate;
}

/** Content whose exact bytes a signature by `material.key` covers. Earned in signature.ts. */
export type VerifiedContent = Branded<"VerifiedContent"> & {
  readonly entity: SignedEntity;
  readonly material: SignerMaterial;
};

/** Entries of distinct logs that are about this very signature; enough of them. Earned in log-entry.ts. */
export type VerifiedEntries = Branded<"VerifiedEntries"> & { readonly entries: readonly VerifiedLogEntry[] };

/** Time stamps over this very signature; enough of them. Earned in timestamp.ts. */
export type VerifiedTimestamps = Branded<"VerifiedTimestamps"> & {
  readonly timestamps: readonly VerifiedTimestamp[];
  /** Why others do not count, for the explanation. */
  readonly refused: readonly VerificationFailure[];
};

export interface ObservedTime {
  readonly instant: Instant;
  readonly source: "log" | "timestamp-authority" | "current-time";
}

/** Every proven time of the signature, none of them in the future. Earned in time.ts. */
export type VerifiedTimes = Branded<"VerifiedTimes"> & { readonly times: readonly ObservedTime[] };

/** The signer, proven at every one of those times. Earned in signer.ts. */
export type VerifiedSigner = Branded<"VerifiedSigner"> & {
  readonly principal: Principal;
  /** What else the same signer is: the key that a certificate holds, and of a private PKI each name of the certificate. */
  readonly aliases: readonly Principal[];
  /** Keyless alone: what Fulcio wrote into the verified certificate. */
  readonly identity?: FulcioIdentity;
  /** Keyless alone: when the certificate was issued, minutes before the signing. */
  readonly certifiedAt?: Instant;
};

/** What signed bytes say. */
export interface Claims {
  /** The digest that the signed bytes name. */
  readonly digest: ArtifactDigest;
  /** Annotations from the signed payload (simple signing `optional`, or the matched subject's). */
  readonly annotations: JsonObject;
  /** Simple signing alone: where the signer pushed to. */
  readonly dockerReference?: string;
  /** DSSE alone. */
  readonly statement?: Statement;
}

/** Claims of verified bytes, held against the artifact. Earned in claims.ts. */
export type VerifiedClaims = Branded<"VerifiedClaims"> & Claims;

/** What verify() returns and the only object that policies may read. Earned in verifier.ts. */
export type VerifiedEntity = Branded<"VerifiedEntity"> & {
  readonly principal: Principal;
  readonly aliases: readonly Principal[];
  readonly identity?: FulcioIdentity;
  readonly certifiedAt?: Instant;
  readonly times: readonly ObservedTime[];
  readonly entries: readonly VerifiedLogEntry[];
  readonly claims: VerifiedClaims;
};

/** One line that is equal exactly for equal principals. */
export function formatPrincipal(principal: Principal): string {
  switch (principal.kind) {
    case "key":
    case "pinned-leaf":
      return JSON.stringify([principal.kind, principal.keyId]);
    case "keyless":
      return JSON.stringify([principal.kind, principal.issuer, principal.subject]);
    case "authority":
      return JSON.stringify([principal.kind, principal.authority, principal.subject]);
  }
}
