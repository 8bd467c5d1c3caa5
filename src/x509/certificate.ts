/** X.509 certificates by our own strict DER reader (RFC 5280 §4.1; spec §0.6, §4). Parsing has no opinion: chain.ts judges. */
import type { PublicKey } from "../crypto/public-key.ts";
import type { Period } from "../encoding/instant.ts";

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of extnValue. */
  readonly value: Uint8Array;
}

export interface Certificate {
  /** The whole certificate: the form in which certificates are compared. */
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly serialNumber: bigint;
  readonly validity: Required<Period>;
  readonly publicKey: PublicKey;
  readonly extensions: readonly Extension[];
}
