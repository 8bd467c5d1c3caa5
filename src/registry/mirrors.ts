/**
 * Registries with mirrors (registry.md §11): a policy sees the name that the pod has, the bytes come from the first place
 * that gives them. Mirrors are asked in their order and the origin last; what the origin says, or why it could not be
 * asked, is the answer. A mirror is asked by the settings of its own host and by nobody's name: what may be shown to the
 * origin is nothing to it.
 */
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Descriptor } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { MirroredPrefix } from "../ports/registry-settings.ts";
import type { FetchedManifest, Referrers, Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";

/** Where else `repository` may be read, in order, by what the reference is. */
export function mirrorsOf(
  mirrored: readonly MirroredPrefix[],
  { host, path }: Repository,
  kind: "Digest" | "Tag",
): readonly Repository[] {
  const name = `${host}/${path}`;
  const matching = mirrored.filter(({ prefix }) => name === prefix || name.startsWith(`${prefix}/`));
  const [longest] = matching.toSorted((left, right) => right.prefix.length - left.prefix.length);
  if (longest === undefined) return [];
  return longest.mirrors
    .filter(({ pullBy }) => pullBy === "All" || pullBy === kind)
    .map(({ location }) => repositoryAt(`${location}${name.slice(longest.prefix.length)}`));
}

/** The same registry, asked through its mirrors. */
export class MirroredRegistry implements Registry {
  readonly #origin: Registry;
  /** By nobody's name. */
  readonly #mirrors: Registry;
  readonly #mirrored: () => readonly MirroredPrefix[];

  constructor(origin: Registry, mirrors: Registry, mirrored: () => readonly MirroredPrefix[]) {
    this.#origin = origin;
    this.#mirrors = mirrors;
    this.#mirrored = mirrored;
  }

  async manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<FetchedManifest> {
    const kind = reference.includes(":") ? "Digest" : "Tag";
    return await this.#inTurn(repository, kind, signal, async (registry, place) =>
      registry.manifest(place, reference, signal),
    );
  }

  /** By the first place that can be asked: what another one says of its tag is nothing to it. */
  async claimedDigest(repository: Repository, tag: string, signal: AbortSignal): Promise<Digest | undefined> {
    for (const place of mirrorsOf(this.#mirrored(), repository, "Tag")) {
      const asked = await tried(async () => [await this.#mirrors.claimedDigest?.(place, tag, signal)], signal);
      if (asked !== undefined) return asked[0];
    }
    return await this.#origin.claimedDigest?.(repository, tag, signal);
  }

  async blob(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    return await this.#inTurn(repository, "Digest", signal, async (registry, place) =>
      registry.blob(place, descriptor, signal),
    );
  }

  /** A mirror that lists nothing may only not know of referrers: the next place is asked. */
  async referrers(repository: Repository, digest: Digest, signal: AbortSignal): Promise<Referrers | "unsupported"> {
    for (const place of mirrorsOf(this.#mirrored(), repository, "Digest")) {
      const listed = await tried(async () => this.#mirrors.referrers(place, digest, signal), signal);
      if (listed !== undefined && listed !== "unsupported" && listed.descriptors.length > 0) return listed;
    }
    return await this.#origin.referrers(repository, digest, signal);
  }

  async #inTurn<T>(
    repository: Repository,
    kind: "Digest" | "Tag",
    signal: AbortSignal,
    read: (registry: Registry, place: Repository) => Promise<T>,
  ): Promise<T> {
    for (const place of mirrorsOf(this.#mirrored(), repository, kind)) {
      const found = await tried(async () => read(this.#mirrors, place), signal);
      if (found !== undefined) return found;
    }
    return await read(this.#origin, repository);
  }
}

/** undefined: this place does not give it, for whatever reason of its own. */
async function tried<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const isItsOwn = error instanceof VerificationFailure || (error instanceof UnavailableError && !signal.aborted);
    if (isItsOwn) return undefined;
    throw error;
  }
}

function repositoryAt(name: string): Repository {
  const slash = name.indexOf("/");
  return { host: name.slice(0, slash), path: name.slice(slash + 1) };
}
