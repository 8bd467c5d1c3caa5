/**
 * SignedEntity: what every source (bundle, cosign layer) provides to the procedure; the format disappears here
 * (verification-spec §8.3). Everything in it is hostile.
 */
import type { ArtifactDigest, Digest } from "../crypto/digest.ts";
import { parseBundle, type Bundle, type MessageSignature } from "../sigstore/bundle.ts";
import type { BundleVersion } from "../sigstore/bundle-shape.ts";
import { parseAttestationLayer, parseSignatureLayer, type SignatureLayer } from "../sigstore/cosign.ts";
import type { LogEntry } from "../transparency/entry.ts";

export type SignedContent =
  /** Legacy simple signing: the signature is over the raw payload bytes. */
  | { readonly kind: "simple-signing"; readonly payload: Uint8Array }
  /** DSSE: the signature is over PAE(payloadType, payload). */
  | {
      readonly kind: "dsse";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      /** The envelope as it was uploaded: legacy `.att` layers alone have it, and logs and time stamps speak of it (§5.5, §6). */
      readonly envelope?: Uint8Array;
    }
  /** Bundle messageSignature: the signature is over the artifact itself. */
  | { readonly kind: "message"; readonly messageDigest?: MessageSignature["messageDigest"] };

export interface SignedEntity {
  readonly format: "legacy-signature" | "legacy-attestation" | `bundle-v${BundleVersion}`;
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  /** The key of a key-signed entity comes from the policy alone, never from here (§3.4). */
  readonly signer: Bundle["signer"];
  readonly logEntries: readonly LogEntry[];
  /** DER of TimeStampResp. */
  readonly timestamps: readonly Uint8Array[];
}

/** The thing that must have been signed. */
export interface Artifact {
  /** An image has a sha256 digest; verify-bundle takes the others too. */
  readonly digest: ArtifactDigest;
  /** Its bytes, where the caller has them (an image manifest): a message signature is verified over them. */
  readonly bytes?: Uint8Array;
}

/** An image's manifest. */
export interface ImageArtifact extends Artifact {
  readonly digest: Digest;
}

/** A Sigstore bundle, as its layer blob holds it; registries hold version 0.3 (§7.1). Fails with a Bundle… or Envelope… code. */
export function entityFromBundle(bytes: Uint8Array, versions?: readonly BundleVersion[]): SignedEntity {
  const { version, signer, content, logEntries, timestamps } = parseBundle(bytes, versions);
  const common = { format: `bundle-v${version}`, signer, logEntries, timestamps } as const;
  if (content.kind === "dsse") {
    const { payloadType, payload, signature } = content.envelope;
    return { ...common, content: { kind: "dsse", payloadType, payload }, signature };
  }
  const { signature, messageDigest } = content.message;
  return { ...common, content: { kind: "message", ...(messageDigest && { messageDigest }) }, signature };
}

/**
 * A layer of a legacy signature manifest: its blob and its descriptor's annotations. Fails with a code of the annotation
 * that is wrong.
 */
export function entityFromCosignLayer(payload: Uint8Array, annotations: ReadonlyMap<string, string>): SignedEntity {
  const layer = parseSignatureLayer(annotations);
  return {
    format: "legacy-signature",
    content: { kind: "simple-signing", payload },
    signature: layer.signature,
    ...proofsOf(layer),
  };
}

/** A layer of a legacy attestation manifest: its blob is a DSSE envelope. Fails with an Envelope… or an annotation's code. */
export function entityFromAttestationLayer(blob: Uint8Array, annotations: ReadonlyMap<string, string>): SignedEntity {
  const { envelope, envelopeBytes, ...layer } = parseAttestationLayer(blob, annotations);
  const { payloadType, payload, signature } = envelope;
  return {
    format: "legacy-attestation",
    content: { kind: "dsse", payloadType, payload, envelope: envelopeBytes },
    signature,
    ...proofsOf(layer),
  };
}

function proofsOf({
  certificate,
  logEntry,
  timestamps,
}: Omit<SignatureLayer, "signature">): Pick<SignedEntity, "signer" | "logEntries" | "timestamps"> {
  return {
    signer: certificate === undefined ? { kind: "public-key" } : { kind: "certificate", der: certificate },
    logEntries: logEntry === undefined ? [] : [logEntry],
    timestamps,
  };
}
