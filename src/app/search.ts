/** A search for the evidence of one digest: where, within which bounds, and how its blobs are paid for. */
import type { LimitFunction } from "p-limit";
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Descriptor } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { Wanted } from "../policy/wanted.ts";
import type { Registry } from "../ports/registry.ts";
import type { ReadEntity } from "./large-evidence.ts";
import type { Gathered } from "./places.ts";

/** What one image may cost (verification-spec §0.9, "Ours"). */
export interface GatherLimits {
  /** Descriptors or layers of a place that are considered, the newest. */
  readonly listed: number;
  /** Objects of a place that are fetched, the newest of those that could be what is wanted. */
  readonly fetched: number;
  /** Bytes of one object. */
  readonly blobBytes: number;
  /** Bytes of all objects of an image. */
  readonly imageBytes: number;
}

export const GATHER_LIMITS: GatherLimits = {
  listed: 1000,
  fetched: 200,
  blobBytes: 16 * 1024 * 1024,
  imageBytes: 64 * 1024 * 1024,
};

export interface Search {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly digest: Digest;
  readonly wanted: Wanted;
  readonly limits: GatherLimits;
  readonly signal: AbortSignal;
  /** On whose behalf. */
  readonly party: string;
  readonly parallel: LimitFunction;
  /** How bytes become an entity. */
  readonly read: ReadEntity;
  /** Bytes of blobs still allowed for this image. */
  readonly budget: { bytes: number };
}

/** Fails with RegistryAnswerTooLarge for one object, with TooManyCandidates for all of an image. */
export async function fetchBlob(search: Search, descriptor: Descriptor): Promise<Uint8Array> {
  const { budget, limits } = search;
  if (descriptor.size > limits.blobBytes) {
    const reason = `Cannot read a blob of ${descriptor.size} bytes, want at most ${limits.blobBytes}`;
    throw new VerificationFailure("RegistryAnswerTooLarge", reason);
  }
  budget.bytes -= descriptor.size;
  if (budget.bytes < 0) {
    const reason = `Cannot fetch more evidence: above ${limits.imageBytes} bytes for this image`;
    throw new VerificationFailure("TooManyCandidates", reason);
  }
  return await search.registry.blob(search.repository, descriptor, search.signal);
}

/** What is left out of a place by a bound is told, never cut silently. */
export function tooMany(subject: string, left: number): Gathered {
  if (left <= 0) return { places: [], candidates: [] };
  const reason = `Cannot look at all ${subject}: ${left} were not looked at`;
  const failure = new VerificationFailure("TooManyCandidates", reason);
  return { places: [], candidates: [{ subject, entity: { ok: false, failure } }] };
}

export function shortDigest(digest: Digest): string {
  return `${digest.slice(0, "sha256:".length + 12)}…`;
}

/** `tag sha256-12345678….sig` */
export function tagPlace(tag: string): string {
  const [name = "", suffix] = tag.split(".");
  return `tag ${name.slice(0, "sha256-".length + 8)}…${suffix === undefined ? "" : `.${suffix}`}`;
}
