/**
 * What `failurePolicy: IgnoreIfVerified` rests on (policy-api.md §2.1): verified facts by digest and rule, and the digest that
 * a tag last had. In memory, bounded, and never a verdict: whoever recalls facts judges them anew.
 */
import { LRUCache } from "lru-cache";
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_TAG_BYTES = 8 * 1024 * 1024;
/** What a tag holds beside its name, of which each character may take two. */
const TAG_BYTES = 256;

export interface Remembered<T> {
  readonly facts: T;
  /** When they were verified, by evidence that had been read. */
  readonly verifiedAt: Instant;
}

interface TagDigest {
  readonly digest: Digest;
  readonly seenAt: Instant;
}

export class VerifiedMemory<T> {
  readonly #now: () => Instant;
  readonly #facts: LRUCache<string, Remembered<T>>;
  readonly #tags = new LRUCache<string, TagDigest>({
    maxSize: MAX_TAG_BYTES,
    sizeCalculation: (_, key) => TAG_BYTES + 2 * key.length,
  });

  /** `now` in milliseconds since 1970. `sizeOf` in bytes; facts that are too large for the whole are not kept. */
  constructor(now: () => Instant, sizeOf: (facts: T) => number = () => 1) {
    this.#now = now;
    const sizeCalculation = ({ facts }: Remembered<T>, key: string): number => sizeOf(facts) + 2 * key.length;
    this.#facts = new LRUCache({ maxSize: MAX_BYTES, sizeCalculation });
  }

  /** `key` holds everything that decides: place, digest, rule with its keys and trust roots, credentials. */
  remember(key: string, remembered: Remembered<T>): void {
    if (this.#facts.get(key)?.verifiedAt !== remembered.verifiedAt) this.#facts.set(key, remembered);
  }

  /** Facts that were verified in the last `within` milliseconds. */
  recall(key: string, within: number): Remembered<T> | undefined {
    const found = this.#facts.get(key);
    return found !== undefined && this.#isWithin(found.verifiedAt, within) ? found : undefined;
  }

  /** The digest that a registry says a tag has. `key` holds its repository and the credentials. */
  rememberTag(key: string, digest: Digest): void {
    this.#tags.set(key, { digest, seenAt: this.#now() });
  }

  /** The tag has this digest now: what it had before is not what it last had. */
  forgetOther(key: string, digest: Digest): void {
    if (this.#tags.get(key)?.digest !== digest) this.#tags.delete(key);
  }

  /** For pinning alone: without a pin the node would ask for the tag again. */
  recallTag(key: string, within: number): Digest | undefined {
    const found = this.#tags.get(key);
    return found !== undefined && this.#isWithin(found.seenAt, within) ? found.digest : undefined;
  }

  /** A clock that was put back proves nothing about an age. */
  #isWithin(instant: Instant, within: number): boolean {
    const age = this.#now() - instant;
    return age >= 0 && age <= within;
  }
}
