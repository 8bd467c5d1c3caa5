/**
 * Evidence for one digest, once for all rules (architecture.md §1 step 4): referrers API, fallback tag and the legacy tags
 * `.sig` and `.att`, always all of them, concurrently and bounded. What comes back is untrusted bytes, parsed and not judged.
 * Limits reached are candidates refused with TooManyCandidates, never a silent cut (verification-spec §0.9).
 */
import pLimit from "p-limit";
import type { Digest } from "../crypto/digest.ts";
import { attestationTag, signatureTag } from "../oci/cosign-tag.ts";
import type { Repository } from "../oci/reference.ts";
import type { Wanted } from "../policy/wanted.ts";
import type { Registry } from "../ports/registry.ts";
import { readHere, type ReadEntity } from "./large-evidence.ts";
import { gatherTag } from "./legacy-layers.ts";
import { joinGathered, type Gathered } from "./places.ts";
import { gatherReferrers } from "./referrers.ts";
import type { GatherLimits, Search } from "./search.ts";

/** Objects of one image that are fetched at a time. */
export const PARALLEL_OBJECTS = 8;

/** What one image may still cost: objects at a time, and bytes. */
export type GatherBudget = Pick<Search, "parallel" | "budget">;

export function openBudget(limits: GatherLimits): GatherBudget {
  return { parallel: pLimit(PARALLEL_OBJECTS), budget: { bytes: limits.imageBytes } };
}

/** Where to look for what. */
export interface EvidenceQuery {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly wanted: Wanted;
  /** What is left for it, where several digests share the bounds of one image. */
  readonly shared?: GatherBudget;
  /** How bytes become an entity; here and at once unless said. */
  readonly read?: ReadEntity;
  /** On whose behalf; nobody's in particular unless said. */
  readonly party?: string;
}

/** Looks everywhere. Never throws for what a registry does; a place that cannot be read says so in its answer. */
export async function gatherEvidence(
  registry: Registry,
  query: EvidenceQuery,
  limits: GatherLimits,
  signal: AbortSignal,
): Promise<Gathered> {
  const { shared = openBudget(limits), read = readHere, party = "", ...place } = query;
  const search: Search = { registry, ...place, party, read, limits, signal, ...shared };
  const parts = await Promise.all([
    gatherReferrers(search),
    gatherTag(search, "signature", signatureTag(query.digest)),
    gatherTag(search, "attestation", attestationTag(query.digest)),
  ]);
  return joinGathered(parts);
}
