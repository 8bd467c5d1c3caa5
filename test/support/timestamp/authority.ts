/**
 * A timestamp authority in memory: root, intermediate and signer of its own, and a clock that stands where the test sets
 * it. A trust root names it with its signer or without.
 */
import type { Interval } from "../../../src/encoding/interval.ts";
import type { TimestampAuthority } from "../../../src/timestamp/authority.ts";
import {
  makeIntermediate,
  makeRoot,
  makeTimestampLeaf,
  type CertificateParts,
  type TestCertificate,
} from "../x509/certificate.ts";
import { extendedKeyUsage, PURPOSE } from "../x509/extension.ts";
import { writeResponse, type TokenParts } from "./token.ts";

export interface AuthorityOptions {
  readonly validFor?: Interval;
  readonly uri?: string;
  readonly root?: CertificateParts;
  readonly intermediate?: CertificateParts;
  readonly signer?: CertificateParts;
}

export const STAMPED_AT = Date.UTC(2026, 0, 15, 12, 0, 7);

export class TestTimestampAuthority {
  readonly root: TestCertificate;
  readonly intermediate: TestCertificate;
  readonly signer: TestCertificate;
  /** As a trust root names it whose certChain begins with the signer. */
  readonly trusted: TimestampAuthority;
  /** As a trust root names it that holds authorities alone. */
  readonly trustedWithoutSigner: TimestampAuthority;
  now = STAMPED_AT;

  constructor({ validFor = {}, uri = "https://timestamp.example", ...parts }: AuthorityOptions = {}) {
    this.root = makeRoot(parts.root);
    this.intermediate = makeIntermediate(this.root, {
      ...parts.intermediate,
      extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]), ...parts.intermediate?.extensions },
    });
    this.signer = makeTimestampLeaf(this.intermediate, parts.signer);
    this.trustedWithoutSigner = { chain: [this.intermediate.parsed, this.root.parsed], validFor, uri };
    this.trusted = { ...this.trustedWithoutSigner, signer: this.signer.parsed };
  }

  /** A TimeStampResp over `message`. */
  stamp(message: Uint8Array, parts: TokenParts = {}): Uint8Array {
    return writeResponse(this.signer, message, this.now, parts);
  }
}
