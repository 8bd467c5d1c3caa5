/** Tags under which evidence for a digest lies (SIGNATURE_SPEC, Discovery; distribution-spec, Referrers Tag Schema). */
import type { Digest } from "../crypto/digest.ts";

/** cosign v1/v2 signatures: `sha256-<hex>.sig`. */
export function signatureTag(digest: Digest): string {
  return `${fallbackTag(digest)}.sig`;
}

/** cosign v1/v2 attestations: `sha256-<hex>.att`. */
export function attestationTag(digest: Digest): string {
  return `${fallbackTag(digest)}.att`;
}

/** The index of referrers that clients maintain where a registry has no referrers API: `sha256-<hex>`. */
export function fallbackTag(digest: Digest): string {
  return digest.replace(":", "-");
}
