/** An authority of times that the trust root names (verification-spec §6 step 4). */
import type { Certificate } from "../x509/certificate.ts";
import type { CertificateAuthority } from "../x509/chain.ts";

/** `chain` begins with the certificate that issued the signer's. */
export interface TimestampAuthority extends CertificateAuthority {
  /** The signer that the trust root names; absent where it names authorities alone and the token brings the signer. */
  readonly signer?: Certificate;
}
