/**
 * The registry as the application needs it. Every byte string that comes back was hashed by the adapter; every answer
 * is bounded. Throws VerificationFailure (401, 403, 404 on the image itself, blocked, malformed, oversized: codes of
 * failure/catalogue/discovery.ts) or UnavailableError (unreachable, throttled, 5xx, deadline).
 */
import type { Digest } from "../crypto/digest.ts";
import type { Repository } from "../oci/reference.ts";
import type { Descriptor, Index, Manifest } from "../oci/manifest.ts";

export interface FetchedManifest {
  /** Our own hash of `bytes`. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly document: Manifest | Index;
}

export interface Referrers {
  readonly descriptors: readonly Descriptor[];
  /** There are more, which were not read: a list has its bounds. */
  readonly isCut: boolean;
}

export interface Registry {
  /** The manifest that a tag or digest names now. 404 fails with ManifestNotFound. */
  manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<FetchedManifest>;
  /**
   * The digest that a tag names now by the registry's own word, without its bytes; undefined where it gives none that can be
   * used. For asking whether what is known of the tag still holds. Throws UnavailableError alone.
   */
  claimedDigest?(repository: Repository, tag: string, signal: AbortSignal): Promise<Digest | undefined>;
  /** A blob, hashed and held against digest and size of its descriptor. */
  blob(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array>;
  /** Referrers API, page by page up to its bounds. "unsupported": the registry has no such API (404, 400, 405, 406, other content type). */
  referrers(repository: Repository, digest: Digest, signal: AbortSignal): Promise<Referrers | "unsupported">;
}
