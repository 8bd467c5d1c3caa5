/**
 * What digest a tag had a moment ago, for whoever shows the same credentials (registry.md §4): a tag moves, so it is kept for
 * seconds, and what is denied or admitted for good asks again. Never kept: that there is no such tag.
 */
import { LRUCache } from "lru-cache";
import type { Digest } from "../crypto/digest.ts";

const MAX_BYTES = 4 * 1024 * 1024;
/** What a tag holds beside its name, of which each character may take two. */
const TAG_BYTES = 256;

interface Seen {
  readonly digest: Digest;
  readonly since: number;
}

export class TagCache {
  readonly #now: () => number;
  readonly #lifetime: () => number;
  readonly #tags = new LRUCache<string, Seen>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_, key) => TAG_BYTES + 2 * key.length,
  });

  /** Both in milliseconds; `now` is monotonic, and `lifetime` may change at any time. 0: nothing is kept. */
  constructor(now: () => number, lifetime: () => number) {
    this.#now = now;
    this.#lifetime = lifetime;
  }

  known(key: string): Digest | undefined {
    const seen = this.#tags.get(key);
    if (seen === undefined) return undefined;
    if (this.#now() - seen.since < this.#lifetime()) return seen.digest;
    this.#tags.delete(key);
    return undefined;
  }

  /** How many are kept, whether they are known still or not. */
  get size(): number {
    return this.#tags.size;
  }

  /** A registry said so just now. */
  see(key: string, digest: Digest): void {
    if (this.#lifetime() > 0) this.#tags.set(key, { digest, since: this.#now() });
  }

  /** A registry said just now that it cannot be had. */
  forget(key: string): void {
    this.#tags.delete(key);
  }
}
