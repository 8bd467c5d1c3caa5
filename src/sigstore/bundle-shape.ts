/** The versions of the Sigstore bundle, their media types and every member that a bundle may have (verification-spec §7.1). */
import { quoted, VerificationFailure } from "../failure/failure.ts";
import { LEAF, messageShape } from "./protobuf-json.ts";

export type BundleVersion = "0.1" | "0.2" | "0.3";

const MEDIA_TYPES: ReadonlyMap<string, BundleVersion> = new Map([
  ["application/vnd.dev.sigstore.bundle+json;version=0.1", "0.1"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.2", "0.2"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.3", "0.3"],
  ["application/vnd.dev.sigstore.bundle.v0.3+json", "0.3"],
]);

/** True for the media types of version 0.3, of the bundle and of the layer that holds it (§1.5.1). */
export function isBundleMediaType(mediaType: string): boolean {
  return MEDIA_TYPES.get(mediaType) === "0.3";
}

/** Fails with BundleVersionUnsupported. */
export function bundleVersion(mediaType: string, versions: readonly BundleVersion[]): BundleVersion {
  const version = MEDIA_TYPES.get(mediaType);
  if (version !== undefined && versions.includes(version)) return version;
  throw new VerificationFailure(
    "BundleVersionUnsupported",
    `Cannot read a bundle of media type ${quoted(mediaType)}, want version ${versions.join(" or ")}`,
    { actual: quoted(mediaType) },
  );
}

export const BUNDLE_SHAPE = messageShape({
  mediaType: LEAF,
  verificationMaterial: {
    publicKey: { hint: LEAF },
    certificate: { rawBytes: LEAF },
    x509CertificateChain: { certificates: { rawBytes: LEAF } },
    tlogEntries: {
      logIndex: LEAF,
      logId: { keyId: LEAF },
      kindVersion: { kind: LEAF, version: LEAF },
      integratedTime: LEAF,
      inclusionPromise: { signedEntryTimestamp: LEAF },
      inclusionProof: { logIndex: LEAF, rootHash: LEAF, treeSize: LEAF, hashes: LEAF, checkpoint: { envelope: LEAF } },
      canonicalizedBody: LEAF,
    },
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: LEAF } },
  },
  messageSignature: { messageDigest: { algorithm: LEAF, digest: LEAF }, signature: LEAF },
  dsseEnvelope: { payload: LEAF, payloadType: LEAF, signatures: { sig: LEAF, keyid: LEAF } },
});
