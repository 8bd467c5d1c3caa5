/** Trust roots by name, as immutable values: what a Sigstore instance is trusted with, and what its signatures must bring. */
import type { TrustMaterial } from "../sigstore/trusted-root.ts";

/** What a signature by one instance must bring (policy-api.md §2.7). */
export interface TrustRequirements {
  readonly transparencyLog: boolean;
  /** Of certificates alone: a key has none. */
  readonly signedCertificateTimestamp: boolean;
  /** By a timestamp authority, beside what a log says. */
  readonly timestamp: boolean;
}

export interface TrustRoot {
  readonly name: string;
  readonly material: TrustMaterial;
  readonly requires: TrustRequirements;
}
