/**
 * What a tag names (architecture.md §1 step 3): our own hash of the manifest's bytes. What was found a moment ago will do where
 * the verdict is bound to the digest, or denies nothing; else the registry is asked whether it still holds, by a request that
 * it does not count as a pull. Work is shared by all who ask for the same with the same credentials.
 */
import type { Digest } from "../crypto/digest.ts";
import type { ImageReference } from "../oci/reference.ts";
import type { Keychain } from "../ports/credentials.ts";
import type { Registry } from "../ports/registry.ts";
import { beforeDeadline, deadlineIn } from "./deadline.ts";
import type { RegistryOf, Who } from "./gather-image.ts";
import type { PartyLoad } from "./party-load.ts";
import { SingleFlight } from "./proof-cache.ts";
import { TagCache } from "./tag-cache.ts";

/** How long shared work may take, whoever waits for it: the longest timeout that a webhook can have. */
const SHARED_WORK_MS = 30_000;

export interface Resolving extends Who {
  /** What the tag had a moment ago will do. */
  readonly isTagRemembered?: boolean;
}

export interface TagResolverOptions {
  readonly registryOf: RegistryOf;
  readonly load: PartyLoad;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Milliseconds for which the digest of a tag is known, now. */
  readonly lifetime: () => number;
}

export class TagResolver {
  readonly #registryOf: RegistryOf;
  readonly #load: PartyLoad;
  readonly #tags: TagCache;
  readonly #underway = new SingleFlight<Digest>();

  constructor({ registryOf, load, now, lifetime }: TagResolverOptions) {
    this.#registryOf = registryOf;
    this.#load = load;
    this.#tags = new TagCache(now, lifetime);
  }

  /** Throws VerificationFailure or UnavailableError. */
  async resolve(reference: ImageReference, asking: Resolving, signal: AbortSignal): Promise<Digest> {
    const { keychain, party, isTagRemembered = false } = asking;
    const key = tagKey(reference, keychain);
    const known = this.#tags.known(key);
    if (known !== undefined && isTagRemembered) return known;
    const work = (): Promise<Digest> => this.#underway.run(key, () => this.#ask(reference, asking, known));
    const inTurn = (): Promise<Digest> =>
      this.#underway.isUnderway(key) ? work() : this.#load.run(party, signal, work);
    return await beforeDeadline(inTurn, signal, "resolution of the tag");
  }

  /** A registry's word that nothing has changed is no more than that: what was known was hashed by us. */
  async #ask(reference: ImageReference, { keychain, party }: Who, known: Digest | undefined): Promise<Digest> {
    const { repository, tag = "latest" } = reference;
    const key = tagKey(reference, keychain);
    const registry: Registry = this.#registryOf(keychain, party);
    const signal = deadlineIn(SHARED_WORK_MS);
    if (known !== undefined && (await registry.claimedDigest?.(repository, tag, signal)) === known) {
      this.#tags.see(key, known);
      return known;
    }
    this.#tags.forget(key);
    const { digest } = await registry.manifest(repository, tag, signal);
    this.#tags.see(key, digest);
    return digest;
  }
}

/** Equal for equal tags and credentials alone. */
function tagKey({ repository, tag = "latest" }: ImageReference, { id }: Keychain): string {
  return `${repository.host}/${repository.path}:${tag} ${id}`;
}
