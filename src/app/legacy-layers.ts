/**
 * Layers of cosign's legacy manifests (verification-spec §1.1, §1.5.2): each layer of `.sig` is one signature, each of `.att`
 * one attestation. Layers of other media types are passed over, and those that their own annotation says are of another
 * predicate type than anybody wants.
 */
import type { Descriptor } from "../oci/manifest.ts";
import { wantsPredicate } from "../policy/wanted.ts";
import { ENVELOPE_MEDIA_TYPE, SIMPLE_SIGNING_MEDIA_TYPE } from "../sigstore/cosign.ts";
import { answer, askObject, askPlace, joinGathered, type Gathered } from "./places.ts";
import { fetchBlob, shortDigest, tagPlace, tooMany, type Search } from "./search.ts";

type LayerKind = "signature" | "attestation";

const READERS = {
  signature: { mediaType: SIMPLE_SIGNING_MEDIA_TYPE, subject: "cosign" },
  attestation: { mediaType: ENVELOPE_MEDIA_TYPE, subject: "attestation" },
} as const;

/** The layers under `tag`, newest first. */
export async function gatherTag(search: Search, kind: LayerKind, tag: string): Promise<Gathered> {
  const place = tagPlace(tag);
  return await askPlace(place, async () => {
    const { document } = await search.registry.manifest(search.repository, tag, search.signal);
    const layers = document.kind === "manifest" ? document.layers : [];
    const found = layers.filter(({ mediaType }) => mediaType === READERS[kind].mediaType);
    return joinGathered([
      answer(place, "read", `${found.length} found`),
      await gatherLayers(search, kind, found, place),
    ]);
  });
}

/** cosign appends: the last layer is the newest. */
export async function gatherLayers(
  search: Search,
  kind: LayerKind,
  layers: readonly Descriptor[],
  place: string,
): Promise<Gathered> {
  const newest = layers.toReversed();
  const listed = newest.slice(0, search.limits.listed).filter((layer) => isWanted(search, kind, layer));
  const fetched = listed.slice(0, search.limits.fetched);
  const objects = fetched.map((layer) => search.parallel(() => gatherLayer(search, kind, layer)));
  const left = listed.length - fetched.length + Math.max(0, newest.length - search.limits.listed);
  return joinGathered([tooMany(place, left), ...(await Promise.all(objects))]);
}

async function gatherLayer(search: Search, kind: LayerKind, layer: Descriptor): Promise<Gathered> {
  const subject = `${READERS[kind].subject} ${shortDigest(layer.digest)}`;
  return await askObject(subject, async () => {
    const bytes = await fetchBlob(search, layer);
    const entity = await search.read({ form: kind, bytes, annotations: layer.annotations }, search);
    return { places: [], candidates: [{ subject, entity }] };
  });
}

function isWanted({ wanted }: Search, kind: LayerKind, { mediaType, annotations }: Descriptor): boolean {
  if (mediaType !== READERS[kind].mediaType) return false;
  if (kind === "signature") return wanted.signatures;
  const type = annotations.get("predicateType");
  return wanted.predicateTypes.size > 0 && (type === undefined || wantsPredicate(wanted, type));
}
