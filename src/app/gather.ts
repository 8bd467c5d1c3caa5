/**
 * Evidence for one digest, once for all rules (architecture.md §1 step 4): referrers API, fallback tag and legacy `.sig`
 * tag, always all of them, concurrently and bounded. What comes back is untrusted bytes, parsed and not judged.
 * Limits reached are candidates refused with TooManyCandidates, never a silent cut (verification-spec §0.9).
 */
import pLimit, { type LimitFunction } from "p-limit";
import type { Digest } from "../crypto/digest.ts";
import { attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { fallbackTag, signatureTag } from "../oci/cosign-tag.ts";
import type { Descriptor, Manifest } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { Candidate, ImageEvidence } from "../policy/evidence.ts";
import type { Registry } from "../ports/registry.ts";
import { entityFromBundle, entityFromCosignLayer, type ImageArtifact } from "../verify/entity.ts";
import { answer, askObject, askPlace, joinGathered, type Gathered } from "./places.ts";

const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.dev.sigstore.bundle.v0.3+json",
  "application/vnd.dev.sigstore.bundle+json;version=0.3",
]);

/** What one image may cost (verification-spec §0.9, "Ours"). */
export const GATHER_LIMITS = { fetched: 200, verified: 50, parallel: 8, imageBytes: 64 * 1024 * 1024 } as const;

interface Search {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly digest: Digest;
  readonly signal: AbortSignal;
  readonly limit: LimitFunction;
  /** Bytes of blobs still allowed for this image. */
  readonly budget: { bytes: number };
}

/** Looks everywhere. Never throws for what a registry does; a place that cannot be read says so in its answer. */
export async function gatherEvidence(
  registry: Registry,
  repository: Repository,
  artifact: ImageArtifact,
  signal: AbortSignal,
): Promise<ImageEvidence> {
  const budget = { bytes: GATHER_LIMITS.imageBytes };
  const limit = pLimit(GATHER_LIMITS.parallel);
  const search: Search = { registry, repository, digest: artifact.digest, signal, limit, budget };
  const [referrers, legacy] = await Promise.all([gatherReferrers(search), gatherLegacy(search)]);
  const all = joinGathered([referrers, legacy]);
  return { artifact, places: all.places, candidates: bounded(all.candidates) };
}

/** Both listings, then each listed object once: the API and the fallback tag often name the same. */
async function gatherReferrers(search: Search): Promise<Gathered> {
  const tag = fallbackTag(search.digest);
  const listed = new Map<Digest, Descriptor>();
  const list = (found: readonly Descriptor[]): number => {
    for (const descriptor of found) listed.set(descriptor.digest, descriptor);
    return found.length;
  };
  const listings = await Promise.all([
    askPlace("referrers API", async () => {
      const found = await search.registry.referrers(search.repository, search.digest, search.signal);
      if (found === "unsupported") return answer("referrers API", "absent", "not supported");
      return answer("referrers API", "read", `${list(found)} listed`);
    }),
    askPlace(`tag ${shortTag(tag)}`, async () => {
      const { document } = await search.registry.manifest(search.repository, tag, search.signal);
      const found = document.kind === "index" ? document.manifests : [];
      return answer(`tag ${shortTag(tag)}`, "read", `${list(found)} listed`);
    }),
  ]);
  const newestFirst = [...listed.values()].toReversed();
  const fetched = newestFirst.slice(0, GATHER_LIMITS.fetched);
  const objects = await Promise.all(fetched.map((descriptor) => search.limit(() => gatherBundle(search, descriptor))));
  return joinGathered([...listings, ...objects, tooMany("referrers", newestFirst.length - fetched.length)]);
}

/** One referrer: a bundle becomes a candidate, anything else (SBOM, another tool's signature) is passed over. */
async function gatherBundle(search: Search, descriptor: Descriptor): Promise<Gathered> {
  const subject = `bundle ${shortDigest(descriptor.digest)}`;
  return await askObject(subject, async () => {
    const { document } = await search.registry.manifest(search.repository, descriptor.digest, search.signal);
    if (document.kind === "index" || !isBundle(document)) return { places: [], candidates: [] };
    if (document.subject?.digest !== search.digest) {
      throw new VerificationFailure("BundleSubjectMismatch", "Cannot use referrer: its subject is another digest");
    }
    const [layer, ...more] = document.layers;
    if (layer === undefined || more.length > 0 || !BUNDLE_TYPES.has(layer.mediaType)) {
      throw new VerificationFailure(
        "BundleManifestMalformed",
        `Cannot use bundle manifest: ${document.layers.length} layers, want one of the bundle media type`,
      );
    }
    const bytes = await fetchBlob(search, layer);
    return { places: [], candidates: [{ subject, entity: attempt(() => entityFromBundle(bytes)) }] };
  });
}

async function gatherLegacy(search: Search): Promise<Gathered> {
  const tag = signatureTag(search.digest);
  const place = `tag ${shortTag(tag)}`;
  return await askPlace(place, async () => {
    const { document } = await search.registry.manifest(search.repository, tag, search.signal);
    const layers = document.kind === "manifest" ? document.layers : [];
    const signatures = layers.filter((layer) => layer.mediaType === SIMPLE_SIGNING).toReversed();
    const fetched = signatures.slice(0, GATHER_LIMITS.fetched);
    const objects = await Promise.all(fetched.map((layer) => search.limit(() => gatherLayer(search, layer))));
    const counted = answer(place, "read", `${signatures.length} found`);
    return joinGathered([counted, ...objects, tooMany(place, signatures.length - fetched.length)]);
  });
}

async function gatherLayer(search: Search, layer: Descriptor): Promise<Gathered> {
  const subject = `cosign ${shortDigest(layer.digest)}`;
  return await askObject(subject, async () => {
    const payload = await fetchBlob(search, layer);
    const entity = attempt(() => entityFromCosignLayer(payload, layer.annotations));
    return { places: [], candidates: [{ subject, entity }] };
  });
}

async function fetchBlob(search: Search, descriptor: Descriptor): Promise<Uint8Array> {
  const { budget } = search;
  budget.bytes -= descriptor.size;
  if (budget.bytes < 0) {
    throw new VerificationFailure(
      "TooManyCandidates",
      `Cannot fetch more evidence: above ${GATHER_LIMITS.imageBytes} bytes for this image`,
    );
  }
  return await search.registry.blob(search.repository, descriptor, search.signal);
}

/** cosign writes the type as artifactType; older entries carry it only on the layer. */
function isBundle(manifest: Manifest): boolean {
  return (
    BUNDLE_TYPES.has(manifest.artifactType ?? "") || manifest.layers.some((layer) => BUNDLE_TYPES.has(layer.mediaType))
  );
}

/** At most 50 that could be verified; the rest is refused by count. What did not parse costs nothing and is kept for the explanation. */
function bounded(candidates: readonly Candidate[]): readonly Candidate[] {
  const parsed = candidates.filter((candidate) => candidate.entity.ok);
  const refused = candidates.filter((candidate) => !candidate.entity.ok);
  const kept = parsed.slice(0, GATHER_LIMITS.verified);
  return [...kept, ...refused, ...tooMany("signatures", parsed.length - kept.length).candidates];
}

function tooMany(subject: string, left: number): Gathered {
  if (left <= 0) return { places: [], candidates: [] };
  const failure = new VerificationFailure(
    "TooManyCandidates",
    `Cannot look at all ${subject}: ${left} were not looked at`,
  );
  return { places: [], candidates: [{ subject, entity: { ok: false, failure } }] };
}

function shortDigest(digest: Digest): string {
  return `${digest.slice(0, "sha256:".length + 12)}…`;
}

function shortTag(tag: string): string {
  const [name = "", suffix] = tag.split(".");
  return `${name.slice(0, "sha256-".length + 8)}…${suffix === undefined ? "" : `.${suffix}`}`;
}
