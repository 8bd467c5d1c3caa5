/**
 * SignedEntity: what every source (bundle, cosign layer) provides to the procedure; the format disappears here
 * (verification-spec §8.3). Everything in it is hostile.
 */
import type { Digest } from "../crypto/digest.ts";
import { parseBundle, type MessageSignature } from "../sigstore/bundle.ts";
import { parseSignatureLayer } from "../sigstore/cosign.ts";

export type SignedContent =
  /** Legacy simple signing: the signature is over the raw payload bytes. */
  | { readonly kind: "simple-signing"; readonly payload: Uint8Array }
  /** DSSE: the signature is over PAE(payloadType, payload). */
  | { readonly kind: "dsse"; readonly payloadType: string; readonly payload: Uint8Array }
  /** Bundle messageSignature: the signature is over the artifact itself. */
  | { readonly kind: "message"; readonly messageDigest?: MessageSignature["messageDigest"] };

export interface SignedEntity {
  readonly format: "legacy-signature" | "bundle-v0.3";
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  /** The key of a key-signed entity comes from the policy alone, never from here (§3.4). */
  readonly signer: { readonly kind: "public-key" } | { readonly kind: "certificate" };
}

/** The thing that must have been signed. */
export interface Artifact {
  readonly digest: Digest;
  /** Its bytes, where the caller has them (an image manifest): a message signature is verified over them. */
  readonly bytes?: Uint8Array;
}

/** A Sigstore bundle, as its layer blob holds it. Fails with a Bundle… or Envelope… code. */
export function entityFromBundle(bytes: Uint8Array): SignedEntity {
  const { signer, content } = parseBundle(bytes);
  const common = { format: "bundle-v0.3", signer } as const;
  if (content.kind === "dsse") {
    const { payloadType, payload, signature } = content.envelope;
    return { ...common, content: { kind: "dsse", payloadType, payload }, signature };
  }
  const { signature, messageDigest } = content.message;
  return { ...common, content: { kind: "message", ...(messageDigest && { messageDigest }) }, signature };
}

/**
 * A layer of a legacy signature manifest: its blob and its descriptor's annotations. A certificate annotation is
 * ignored: with a key, the key decides (§1.2). Fails with a SignatureAnnotation… code.
 */
export function entityFromCosignLayer(payload: Uint8Array, annotations: ReadonlyMap<string, string>): SignedEntity {
  const { signature } = parseSignatureLayer(annotations);
  return {
    format: "legacy-signature",
    content: { kind: "simple-signing", payload },
    signature,
    signer: { kind: "public-key" },
  };
}
