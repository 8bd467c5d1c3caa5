/** One Sigstore instance's trust root: an immutable snapshot, never mixed with another (spec §7.2). */
import type { TransparencyLog } from "../transparency/log.ts";
import type { CertificateAuthority } from "../x509/authority.ts";

export interface TrustMaterial {
  /** Name in policies and messages, for example "sigstore-public-good". */
  readonly name: string;
  /** Lower-case hex of SHA-256 over the bytes it was read from: part of every proof's key. */
  readonly hash: string;
  readonly certificateAuthorities: readonly CertificateAuthority[];
  readonly timestampAuthorities: readonly CertificateAuthority[];
  /** Rekor logs. */
  readonly transparencyLogs: readonly TransparencyLog[];
  readonly certificateTransparencyLogs: readonly TransparencyLog[];
  /** Entries that were left out at load time, with why (an unsupported key type, for example): shown, never silent. */
  readonly warnings: readonly string[];
}
