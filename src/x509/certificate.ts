/**
 * X.509 v3 certificates by the strict DER reader (RFC 5280 §4.1; verification-spec §0.6, §4): no BER, no trailing bytes, no
 * duplicate extension, inner and outer signature algorithm equal. Reading judges nothing: chain.ts does.
 *
 *   Certificate    ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
 *   TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject,
 *                                 subjectPublicKeyInfo, [1] issuerUniqueID?, [2] subjectUniqueID?, [3] extensions? }
 */
import { parsePublicKeySpki, type PublicKey } from "../crypto/public-key.ts";
import { readSignatureAlgorithm, type SignatureAlgorithm } from "../crypto/signature-algorithm.ts";
import {
  derBitString,
  derChildren,
  derIntegerBytes,
  derSequence,
  derSmallInteger,
  expectTag,
  parseDer,
  TAG,
  type DerNode,
} from "../encoding/der.ts";
import type { Instant } from "../encoding/instant.ts";
import { equalBytes } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { readExtensions, readStandardExtensions, type Extension, type StandardExtensions } from "./extensions.ts";
import { readName } from "./name.ts";
import { readTime } from "./time.ts";

export interface Certificate extends StandardExtensions {
  readonly der: Uint8Array;
  /** The exact bytes that the issuer signed. */
  readonly tbs: Uint8Array;
  /** Content of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Raw DER of the Names: they are compared byte by byte (§4.2 rule 2). */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly spki: Uint8Array;
  /** Undefined: an algorithm that is not allowed. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signature: Uint8Array;
  /** By dotted object identifier, in the order of the certificate. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Parsed at the first call. Fails with KeyMalformed or KeyUnsupported. */
  publicKey(): PublicKey;
}

const MAX_BYTES = 65_536;
const MAX_SERIAL_BYTES = 20;
const MAX_UNUSED_BITS = 7;
const VERSION_3 = 2;

/** Exactly one DER certificate of at most 64 KiB. Fails with CertificateMalformed or the Certificate… code of the rule that is broken. */
export function parseCertificate(der: Uint8Array): Certificate {
  return malformed("CertificateMalformed", "certificate", () => readCertificate(der));
}

/** Issuer and subject are the same Name, as in a root. */
export function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return equalBytes(issuer, subject);
}

function readCertificate(der: Uint8Array): Certificate {
  const [tbs, algorithm, signature, ...more] = derSequence(parseDer(der, MAX_BYTES), "Certificate");
  if (tbs === undefined || algorithm === undefined || more.length > 0) {
    throw new EncodingError("Certificate has not exactly three members");
  }
  const fields = readFields(tbs);
  if (!equalBytes(fields.algorithm.raw, algorithm.raw)) {
    throw new VerificationFailure(
      "CertificateAlgorithmMismatch",
      "Cannot use a certificate whose signed and unsigned signature algorithms differ",
    );
  }
  const { spki } = fields;
  let key: PublicKey | undefined;
  return {
    der,
    tbs: tbs.raw,
    serialNumber: fields.serialNumber,
    issuer: fields.issuer,
    subject: fields.subject,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    spki,
    signatureAlgorithm: readSignatureAlgorithm(algorithm),
    signature: derBitString(signature, "signatureValue"),
    extensions: fields.extensions,
    ...readStandardExtensions(fields.extensions),
    publicKey: () => (key ??= parsePublicKeySpki(spki)),
  };
}

interface Fields {
  readonly serialNumber: Uint8Array;
  readonly algorithm: DerNode;
  readonly issuer: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: ReadonlyMap<string, Extension>;
}

function readFields(tbs: DerNode): Fields {
  const [version, serial, algorithm, issuer, validity, subject, spki, ...optional] = derSequence(tbs, "TBSCertificate");
  checkVersion(version);
  const [notBefore, notAfter, ...more] = derSequence(validity, "validity");
  if (more.length > 0) throw new EncodingError("validity has extra members");
  return {
    serialNumber: readSerial(serial),
    algorithm: expectTag(algorithm, TAG.sequence, "signature"),
    issuer: readName(issuer, "issuer"),
    notBefore: readTime(notBefore, "notBefore"),
    notAfter: readTime(notAfter, "notAfter"),
    subject: readName(subject, "subject"),
    spki: expectTag(spki, TAG.sequence, "subjectPublicKeyInfo").raw,
    extensions: readOptional(optional),
  };
}

function checkVersion(node: DerNode | undefined): void {
  const [version, ...more] = node?.tag === 0xa0 ? derChildren(node) : [];
  if (version !== undefined && more.length === 0 && derSmallInteger(version, "version") === VERSION_3) return;
  throw new VerificationFailure("CertificateVersionUnsupported", "Cannot use this certificate, want X.509 version 3");
}

function readSerial(node: DerNode | undefined): Uint8Array {
  const serialNumber = derIntegerBytes(node, "serialNumber");
  const [first = 0] = serialNumber;
  // a zero byte in front keeps a number of 20 bytes from being negative
  if (first >= 0x80 || serialNumber.length > MAX_SERIAL_BYTES + (first === 0 ? 1 : 0)) {
    throw new EncodingError("serialNumber is negative or longer than 20 bytes");
  }
  return serialNumber;
}

/** [1] and [2] are BIT STRINGs that mean nothing to anybody; each at most once and in order. */
function readOptional(nodes: readonly DerNode[]): ReadonlyMap<string, Extension> {
  let last = 0;
  let extensions: ReadonlyMap<string, Extension> = new Map();
  for (const node of nodes) {
    const number = [0x81, 0x82, 0xa3].indexOf(node.tag) + 1;
    if (number <= last) throw new EncodingError(`TBSCertificate has an unexpected member 0x${node.tag.toString(16)}`);
    last = number;
    if (number === 3) extensions = readExtensions(node);
    else if ((node.content[0] ?? MAX_UNUSED_BITS + 1) > MAX_UNUSED_BITS)
      throw new EncodingError("a unique id is malformed");
  }
  return extensions;
}
