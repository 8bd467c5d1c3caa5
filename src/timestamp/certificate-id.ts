/**
 * SigningCertificate and SigningCertificateV2 (RFC 2634 §5.4, RFC 5035 §3; verification-spec §6 step 5): the hash of the
 * certificate that the authority meant. Only the first identifier names the signer; issuer and serial number beside it
 * say nothing that the hash does not.
 *
 *   SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, policies? }
 *   ESSCertID          ::= SEQUENCE { certHash OCTET STRING (SHA-1), issuerSerial? }
 *   ESSCertIDv2        ::= SEQUENCE { hashAlgorithm DEFAULT sha256, certHash OCTET STRING, issuerSerial? }
 */
import { hash, sha1Unsafe } from "../crypto/digest.ts";
import { derSequence, expectTag, TAG, type DerNode } from "../encoding/der.ts";
import { equalBytes } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { SignedAttributes } from "./signed-attributes.ts";
import { readHash } from "./signed-data.ts";

/** Both attributes, where present, name `certificate`. Fails with TimestampCertificateMismatch; throws EncodingError. */
export function checkCertificateIds(
  { signingCertificate, signingCertificateV2 }: SignedAttributes,
  certificate: Uint8Array,
): void {
  if (signingCertificate !== undefined) {
    const [certHash] = firstId(signingCertificate);
    checkHash(certHash, sha1Unsafe(certificate));
  }
  if (signingCertificateV2 !== undefined) {
    const [first, second] = firstId(signingCertificateV2);
    const names = first?.tag === TAG.sequence;
    checkHash(names ? second : first, hash(names ? readHash(first) : "sha256", certificate));
  }
}

function firstId(attribute: DerNode): readonly DerNode[] {
  const [certs] = derSequence(attribute, "signingCertificate");
  const [first] = derSequence(certs, "certs");
  return derSequence(first, "ESSCertID");
}

function checkHash(node: DerNode | undefined, want: Uint8Array): void {
  if (equalBytes(expectTag(node, TAG.octetString, "certHash").content, want)) return;
  throw new VerificationFailure(
    "TimestampCertificateMismatch",
    "Cannot use a time-stamp token whose signed attributes name another certificate than its signer's",
  );
}
