/** A certificate authority or timestamp authority of the trust root. */
import type { Period } from "../encoding/instant.ts";
import type { Certificate } from "./certificate.ts";

export interface CertificateAuthority {
  /** Issuing certificate first (for a timestamp authority possibly its signing leaf), trust anchor last; never empty. */
  readonly chain: readonly Certificate[];
  readonly validFor: Period;
  /** For messages and for counting distinct authorities. */
  readonly uri?: string;
}
