/**
 * Evidence for an image, and for the manifests of an image that is an index (policy-api.md §2.3 `platforms`). By digest the
 * manifest and the look-ups need not wait for each other (architecture.md §3).
 */
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Index } from "../oci/manifest.ts";
import { isSameRepository, type Repository } from "../oci/reference.ts";
import { nestedIndex, platformsOf, type PlatformManifest } from "../oci/platforms.ts";
import type { ImageEvidence } from "../policy/evidence.ts";
import type { PlaceAnswer } from "../policy/verdict.ts";
import type { Keychain } from "../ports/credentials.ts";
import type { Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { deadlineIn } from "./deadline.ts";
import { gatherEvidence, openBudget, type EvidenceQuery } from "./gather.ts";
import { readHere, type ReadEntity } from "./large-evidence.ts";
import { SingleFlight } from "./proof-cache.ts";
import type { GatherLimits } from "./search.ts";

/** Who asks a registry. */
export interface Who {
  /** Whose credentials are shown. */
  readonly keychain: Keychain;
  /** On whose behalf: among parties a host that is busy is asked by turns. */
  readonly party: string;
}

export type RegistryOf = (keychain: Keychain, party: string) => Registry;

/** An image in its repository; its evidence may lie in another one. */
export interface ImageQuery extends Omit<EvidenceQuery, "shared" | "read" | "party">, Who {
  readonly image: Repository;
}

export interface GatheredImage {
  readonly evidence: ImageEvidence;
  /** The image itself, where it is one. */
  readonly index?: Index;
}

/** How long shared work may take, whoever waits for it: the longest timeout that a webhook can have. */
const SHARED_WORK_MS = 30_000;

/** Looks once for all who ask for the same at the same time, under a deadline of its own. */
export class ImageGatherer {
  readonly #registryOf: RegistryOf;
  readonly #limits: () => GatherLimits;
  readonly #read: ReadEntity;
  readonly #images = new SingleFlight<GatheredImage>();
  readonly #platforms = new SingleFlight<Attempt<readonly ImageEvidence[]>>();

  constructor(registryOf: RegistryOf, limits: () => GatherLimits, read: ReadEntity = readHere) {
    this.#registryOf = registryOf;
    this.#limits = limits;
    this.#read = read;
  }

  async gather(query: ImageQuery): Promise<GatheredImage> {
    const gather = async (): Promise<GatheredImage> =>
      gatherImage(
        this.#registryOf(query.keychain, query.party),
        this.#reading(query),
        this.#limits(),
        deadlineIn(SHARED_WORK_MS),
      );
    return await this.#images.run(askedOf(query), gather);
  }

  async gatherPlatforms(query: ImageQuery & PlatformsQuery): Promise<Attempt<readonly ImageEvidence[]>> {
    const gather = async (): Promise<Attempt<readonly ImageEvidence[]>> =>
      gatherPlatforms(
        this.#registryOf(query.keychain, query.party),
        this.#reading(query),
        this.#limits(),
        deadlineIn(SHARED_WORK_MS),
      );
    return await this.#platforms.run(askedOf(query), gather);
  }

  #reading<Q extends ImageQuery>(query: Q): Q & Pick<EvidenceQuery, "read"> {
    return { ...query, read: this.#read };
  }
}

/** The same for those that find the same. */
export function askedOf({
  image,
  keychain,
  repository,
  digest,
  wanted: { signatures, predicateTypes },
}: ImageQuery): string {
  return JSON.stringify([image, keychain.id, repository, digest, signatures, [...predicateTypes].toSorted()]);
}

/** Throws VerificationFailure or UnavailableError for the image's own manifest alone. */
async function gatherImage(
  registry: Registry,
  query: ImageQuery & Pick<EvidenceQuery, "read">,
  limits: GatherLimits,
  signal: AbortSignal,
): Promise<GatheredImage> {
  const { image, digest } = query;
  const [{ bytes, document }, { places, candidates }] = await Promise.all([
    registry.manifest(image, digest, signal),
    gatherEvidence(registry, query, limits, signal),
  ]);
  const evidence = { artifact: { digest, bytes }, kind: document.kind, places: placesIn(query, places), candidates };
  return document.kind === "index" ? { evidence, index: document } : { evidence };
}

export interface PlatformsQuery extends Omit<ImageQuery, "digest" | keyof Who>, Pick<EvidenceQuery, "read" | "party"> {
  readonly index: Index;
}

/**
 * Evidence for each manifest of an index, all within the bounds of one image; the failure says why they cannot be told.
 * Throws nothing for what a registry does: a manifest that cannot be read is evidence that is not there.
 */
export async function gatherPlatforms(
  registry: Registry,
  { index, ...query }: PlatformsQuery,
  limits: GatherLimits,
  signal: AbortSignal,
): Promise<Attempt<readonly ImageEvidence[]>> {
  const platforms = attempt(() => platformsOf(index));
  if (!platforms.ok) return platforms;
  const shared = openBudget(limits);
  const gathered = platforms.value.map(async (platform): Promise<ImageEvidence> => {
    const { digest, level } = platform;
    try {
      const [{ bytes, document }, { places, candidates }] = await Promise.all([
        registry.manifest(query.image, digest, signal),
        gatherEvidence(registry, { ...query, digest, shared }, limits, signal),
      ]);
      if (document.kind === "index") throw nestedIndex();
      return { artifact: { digest, bytes }, kind: "manifest", level, places: placesIn(query, places), candidates };
    } catch (error) {
      return unreadable(platform, error);
    }
  });
  return { ok: true, value: await Promise.all(gathered) };
}

/** Places of another repository than the image's say so. */
function placesIn(
  { image, repository }: Pick<ImageQuery, "image" | "repository">,
  places: readonly PlaceAnswer[],
): readonly PlaceAnswer[] {
  if (isSameRepository(repository, image)) return places;
  const { host, path } = repository;
  return places.map((answer) => ({ ...answer, place: `${host}/${path}: ${answer.place}` }));
}

/** What was found beside it counts for nothing: it may be an index, and the digest of one covers no manifest of it alone. */
function unreadable({ digest, level }: PlatformManifest, error: unknown): ImageEvidence {
  const common = { artifact: { digest }, kind: "manifest", level } as const;
  const place = "manifest";
  if (error instanceof VerificationFailure) {
    return { ...common, places: [], candidates: [{ subject: place, entity: { ok: false, failure: error } }] };
  }
  if (!(error instanceof UnavailableError)) throw error;
  const answer = { place, state: "unread", detail: error.message, cause: error.undetermined } as const;
  return { ...common, places: [answer], candidates: [] };
}
