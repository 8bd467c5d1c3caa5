/** Trust roots by name, as immutable values: what a Sigstore instance is trusted with, and what its signatures must bring. */
import type { TrustRoot as Trusted } from "../policy/trust-root.ts";

export type { TrustRequirements } from "../policy/trust-root.ts";

export interface TrustRoot extends Trusted {
  readonly name: string;
}
