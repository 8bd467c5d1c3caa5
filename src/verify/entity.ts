/**
 * SignedEntity: what every source (bundle, cosign layer) provides to the procedure; the format disappears here
 * (spec §8.3). Everything in it is hostile.
 */
import type { Digest } from "../crypto/digest.ts";
import type { LogEntry } from "../transparency/entry.ts";

export type SignedContent =
  /** Legacy simple signing: the signature is over the raw payload bytes. */
  | { readonly kind: "simple-signing"; readonly payload: Uint8Array }
  /** DSSE: the signature is over PAE(payloadType, payload). `raw` = the envelope bytes as stored, legacy `.att` only. */
  | { readonly kind: "dsse"; readonly payloadType: string; readonly payload: Uint8Array; readonly raw?: Uint8Array }
  /** Bundle messageSignature: the signature is over the artifact itself. */
  | { readonly kind: "message"; readonly messageDigest?: { readonly algorithm: string; readonly digest: Uint8Array } };

export type SignerMaterial =
  | { readonly kind: "certificate"; readonly der: Uint8Array }
  /** A key-signed entity: the key itself comes from the policy alone; the hint may only order tries (§3.4). */
  | { readonly kind: "public-key"; readonly hint?: string };

export interface SignedEntity {
  readonly format: "legacy-signature" | "legacy-attestation" | "bundle-v0.1" | "bundle-v0.2" | "bundle-v0.3";
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  readonly signer: SignerMaterial;
  readonly logEntries: readonly LogEntry[];
  /** DER TimeStampResp, one each. */
  readonly timestamps: readonly Uint8Array[];
}

/** The thing that must have been signed. */
export interface Artifact {
  readonly digest: Digest;
  /** Its bytes, where the caller has them (an image manifest): message signatures need them; without, the digest is verified. */
  readonly bytes?: Uint8Array;
}
