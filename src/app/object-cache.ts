/**
 * Objects by digest never change: what was once read and hashed is not asked for again. Bounded by bytes, and seen only by
 * whoever shows the same credentials (registry.md §4). What a tag names, and what is absent, is never remembered here. What
 * was asked for once has a small part of the room, but for what is larger than that part: registries that show a new image each
 * time fill little else.
 */
import { LRUCache } from "lru-cache";
import type { Descriptor } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { FetchedManifest, Registry } from "../ports/registry.ts";

/** Of the room: for what was asked for once. */
const ONCE = 1 / 8;
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 512;
/** A manifest is kept as it was parsed, too. */
const PARSED_FACTOR = 6;

export class ObjectCache {
  readonly #maxBytes: () => number;
  #manifests: Objects<FetchedManifest>;
  #blobs: Objects<Uint8Array>;
  #bytes: number;

  /** `maxBytes` may change at any time. */
  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
    this.#bytes = maxBytes();
    this.#manifests = makeManifests(this.#bytes);
    this.#blobs = makeBlobs(this.#bytes);
  }

  /** `registry` with this memory before it, for those who show what `credentials` names. */
  before(registry: Registry, credentials: string): Registry {
    const keyOf = ({ host, path }: Repository, name: string): string => JSON.stringify([credentials, host, path, name]);
    return {
      manifest: async (repository, reference, signal) => {
        this.#fit();
        const known = this.#manifests.get(keyOf(repository, reference));
        if (known !== undefined) return known;
        const fetched = await registry.manifest(repository, reference, signal);
        this.#manifests.set(keyOf(repository, fetched.digest), fetched);
        return fetched;
      },
      blob: async (repository, descriptor, signal) => {
        this.#fit();
        const key = keyOf(repository, blobName(descriptor));
        const known = this.#blobs.get(key);
        if (known !== undefined) return known;
        const bytes = await registry.blob(repository, descriptor, signal);
        this.#blobs.set(key, bytes);
        return bytes;
      },
      referrers: (repository, digest, signal) => registry.referrers(repository, digest, signal),
      claimedDigest: async (repository, tag, signal) => registry.claimedDigest?.(repository, tag, signal),
    };
  }

  /** A bound that changed begins an empty memory. */
  #fit(): void {
    const bytes = this.#maxBytes();
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#manifests = makeManifests(bytes);
    this.#blobs = makeBlobs(bytes);
  }
}

/** With its size: a descriptor that lies about it is refused by whoever fetches. */
function blobName({ digest, size }: Descriptor): string {
  return `${digest} ${size}`;
}

function makeManifests(maxBytes: number): Objects<FetchedManifest> {
  return new Objects(maxBytes / 2, ({ bytes }) => bytes.length * PARSED_FACTOR);
}

function makeBlobs(maxBytes: number): Objects<Uint8Array> {
  return new Objects(maxBytes / 2, ({ length }) => length);
}

/** What is larger than the whole is not kept. */
class Objects<T extends object> {
  readonly #once: LRUCache<string, T>;
  readonly #often: LRUCache<string, T>;

  constructor(maxBytes: number, sizeOf: (value: T) => number) {
    this.#once = makeCache(maxBytes * ONCE, sizeOf);
    this.#often = makeCache(maxBytes * (1 - ONCE), sizeOf);
  }

  get(key: string): T | undefined {
    const again = this.#once.get(key);
    if (again === undefined) return this.#often.get(key);
    this.#once.delete(key);
    this.#often.set(key, again);
    return again;
  }

  set(key: string, value: T): void {
    // A tag is read each time
    if (this.#often.has(key)) return;
    this.#once.set(key, value);
    // It has no room there: kept with the rest, since it would be asked for anew each time
    if (!this.#once.has(key)) this.#often.set(key, value);
  }
}

function makeCache<T extends object>(maxBytes: number, sizeOf: (value: T) => number): LRUCache<string, T> {
  const sizeCalculation = (value: T): number => ENTRY_BYTES + sizeOf(value);
  return new LRUCache({ maxSize: Math.max(1, Math.floor(maxBytes)), sizeCalculation });
}
