/** Image references by Docker/Go rules, canonicalised (registry.md §1, policy-api.md §3). */
import type { Digest } from "../crypto/digest.ts";

/** A canonical repository: host lower-case without :443 and trailing dot, docker.io for all names of Docker Hub. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

export interface ImageReference {
  /** As written, for messages. */
  readonly original: string;
  readonly repository: Repository;
  /** "latest" when there is neither tag nor digest; kept as text beside a digest. */
  readonly tag?: string;
  readonly digest?: Digest;
}
