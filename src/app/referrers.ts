/**
 * Referrers (verification-spec §1.5): the API and the fallback tag list the same kind of thing, often the same things, and
 * each listed object is fetched once. What a listing says of an object is a hint (registry.md §5.4): a predicate type that
 * nobody wants leaves it out, an artifactType decides nothing but the order. The object's own manifest decides.
 */
import pLimit from "p-limit";
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { fallbackTag } from "../oci/cosign-tag.ts";
import { MEDIA_TYPE, type Descriptor, type Manifest } from "../oci/manifest.ts";
import { wantsPredicate, type Wanted } from "../policy/wanted.ts";
import { gatherLayers } from "./legacy-layers.ts";
import { answer, askObject, askPlace, joinGathered, type Gathered } from "./places.ts";
import { fetchBlob, shortDigest, tagPlace, tooMany, type Search } from "./search.ts";

const BUNDLE_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.dev.sigstore.bundle.v0.3+json",
  "application/vnd.dev.sigstore.bundle+json;version=0.3",
]);
/** cosign's experimental mode: layers as under the `.sig` tag. */
const SIGNATURE_ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json";
/** What registries and tools write where they know no better. */
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const LIKELY_TYPES: ReadonlySet<string> = new Set([...BUNDLE_TYPES, SIGNATURE_ARTIFACT, EMPTY_TYPE, ""]);
const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerIndex]);
const PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";
const CREATED = "org.opencontainers.image.created";

/** Both listings, then each listed object once. */
export async function gatherReferrers(search: Search): Promise<Gathered> {
  const listed = new Map<Digest, Descriptor>();
  const list = (found: readonly Descriptor[]): number => {
    for (const descriptor of found) listed.set(descriptor.digest, descriptor);
    return found.length;
  };
  const listings = await Promise.all([
    askPlace("referrers API", async () => {
      const found = await search.registry.referrers(search.repository, search.digest, search.signal);
      if (found === "unsupported") return answer("referrers API", "absent", "not supported");
      const { descriptors, isCut } = found;
      const told = answer("referrers API", "read", `${list(descriptors)} listed`);
      return isCut ? joinGathered([told, listCut(descriptors.length)]) : told;
    }),
    gatherFallback(search, list),
  ]);
  const { listed: most, fetched: atMost } = search.limits;
  const newest = newestFirst([...listed.values()]);
  const usable = newest.slice(0, most).filter((descriptor) => isUsable(search.wanted, descriptor));
  const fetched = usable.slice(0, atMost);
  const objects = fetched.map((descriptor) => search.parallel(() => gatherReferrer(search, descriptor)));
  const left = usable.length - fetched.length + Math.max(0, newest.length - most);
  return joinGathered([...listings, tooMany("referrers", left), ...(await Promise.all(objects))]);
}

async function gatherFallback(search: Search, list: (found: readonly Descriptor[]) => number): Promise<Gathered> {
  const tag = fallbackTag(search.digest);
  const place = tagPlace(tag);
  return await askPlace(place, async () => {
    const { document } = await search.registry.manifest(search.repository, tag, search.signal);
    const found = document.kind === "index" ? document.manifests : [];
    return answer(place, "read", `${list(found)} listed`);
  });
}

/** How many more there are nobody knows: a Pass that was found among the others stands. */
function listCut(read: number): Gathered {
  const subject = "referrers";
  const reason = `Cannot look at all ${subject}: the list goes on after ${read} of them`;
  const failure = new VerificationFailure("TooManyCandidates", reason);
  return { places: [], candidates: [{ subject, entity: { ok: false, failure } }] };
}

/** Likely ones first, then by the time that they give, else by their place in the list, which grows at its end. */
function newestFirst(listed: readonly Descriptor[]): readonly Descriptor[] {
  const rank = ({ artifactType = "" }: Descriptor): number => (LIKELY_TYPES.has(artifactType) ? 0 : 1);
  const created = ({ annotations }: Descriptor): string => annotations.get(CREATED) ?? "";
  return listed
    .toReversed()
    .toSorted((left, right) => rank(left) - rank(right) || compareText(created(right), created(left)));
}

function compareText(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function isUsable(wanted: Wanted, { mediaType, annotations }: Descriptor): boolean {
  const type = annotations.get(PREDICATE_TYPE);
  return !INDEX_TYPES.has(mediaType) && (type === undefined || wantsPredicate(wanted, type));
}

/** One referrer: a bundle or a legacy signature; anything else (an SBOM, another tool's signature) is passed over. */
async function gatherReferrer(search: Search, { digest }: Descriptor): Promise<Gathered> {
  const subject = `bundle ${shortDigest(digest)}`;
  return await askObject(subject, async () => {
    const { document } = await search.registry.manifest(search.repository, digest, search.signal);
    if (document.kind === "index") return joinGathered([]);
    const isLegacy = isSignatureArtifact(document);
    if (!isLegacy && !isBundle(document)) return joinGathered([]);
    if (document.subject?.digest !== search.digest) {
      throw new VerificationFailure("BundleSubjectMismatch", "Cannot use referrer: its subject is another digest");
    }
    if (isLegacy) return await gatherLayers(inOneGo(search), "signature", document.layers, subject);
    const type = document.annotations.get(PREDICATE_TYPE);
    if (type !== undefined && !wantsPredicate(search.wanted, type)) return joinGathered([]);
    const bytes = await fetchBlob(search, bundleLayer(document));
    const entity = await search.read({ form: "bundle", bytes, annotations: new Map() }, search);
    return { places: [], candidates: [{ subject, entity }] };
  });
}

function bundleLayer({ layers }: Manifest): Descriptor {
  const [layer, ...more] = layers;
  if (layer === undefined || more.length > 0 || !BUNDLE_TYPES.has(layer.mediaType)) {
    const reason = `Cannot use bundle manifest: ${layers.length} layers, want one of the bundle media type`;
    throw new VerificationFailure("BundleManifestMalformed", reason);
  }
  return layer;
}

/** cosign writes the type as artifactType; older entries carry it only on the layer. */
function isBundle({ artifactType = "", layers }: Manifest): boolean {
  return BUNDLE_TYPES.has(artifactType) || layers.some((layer) => BUNDLE_TYPES.has(layer.mediaType));
}

function isSignatureArtifact({ artifactType, config }: Manifest): boolean {
  return artifactType === SIGNATURE_ARTIFACT || config.mediaType === SIGNATURE_ARTIFACT;
}

/** The layers of one referrer, which holds a turn already: waiting for a second would be waiting for itself. */
function inOneGo(search: Search): Search {
  return { ...search, parallel: pLimit(1) };
}
