/** A log of the trust root: Rekor (v1 or v2) or a certificate-transparency log. */
import type { PublicKey } from "../crypto/public-key.ts";
import type { Period } from "../encoding/instant.ts";

export interface TransparencyLog {
  /** Lower-case hex of the 32-byte id as stored in the trust root (spec §5.1: never recomputed). */
  readonly id: string;
  readonly key: PublicKey;
  /** The start is always there: a root with a log without it is malformed (§5.1). */
  readonly validFor: Period & { readonly start: number };
  /** As in the trust root, for example https://rekor.sigstore.dev; absent only for roots that give none. */
  readonly baseUrl?: string;
  /** True for roots that the product embeds: then the v1 checkpoint origin must name the host of baseUrl (§5.4). */
  readonly embedded: boolean;
}
