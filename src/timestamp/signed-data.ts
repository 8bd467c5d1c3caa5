/**
 * CMS signed data as a time-stamp token uses it (RFC 5652 §5; verification-spec §6 steps 2, 3 and 6): version 3, a TSTInfo
 * inside, exactly one signer, named by issuer and serial number. Reading verifies nothing: timestamp.ts does. Lists of
 * revoked certificates and unsigned attributes are not looked at; the bag of certificates may be there and empty.
 *
 *   ContentInfo ::= SEQUENCE { contentType OID, content [0] SignedData }
 *   SignedData  ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, [0] certificates?, [1] crls?, signerInfos SET }
 *   SignerInfo  ::= SEQUENCE { version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature, [1] unsignedAttrs? }
 */
import type { HashAlgorithm } from "../crypto/digest.ts";
import { readHashAlgorithm, readSignatureAlgorithm, type SignatureAlgorithm } from "../crypto/signature-algorithm.ts";
import {
  derChildren,
  derIntegerBytes,
  derOid,
  derSequence,
  derSmallInteger,
  expectTag,
  TAG,
  type DerNode,
} from "../encoding/der.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";

export interface SignedData {
  /** DER of the TSTInfo: hostile until the signer's attributes and their signature cover it. */
  readonly content: Uint8Array;
  readonly signer: SignerInfo;
  /** What came with the token, in its order. */
  readonly certificates: readonly EmbeddedCertificate[];
}

/** Names a certificate: the raw DER of the issuer's Name, and the content of the serial number. */
export interface IssuerAndSerial {
  readonly issuer: Uint8Array;
  readonly serialNumber: Uint8Array;
}

export interface EmbeddedCertificate extends IssuerAndSerial {
  readonly der: Uint8Array;
}

export interface SignerInfo extends IssuerAndSerial {
  readonly hash: HashAlgorithm;
  readonly algorithm: SignatureAlgorithm;
  /** The [0] member as it stands. */
  readonly attributes: DerNode;
  readonly signature: Uint8Array;
}

/** id-ct-TSTInfo. */
export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const SIGNED_DATA_VERSION = 3;
const SIGNER_INFO_VERSION = 1;
/** Context tags: explicit content, certificates and signed attributes are [0]; lists of revocation, unsigned attributes [1]. */
const FIRST = 0xa0;
const SECOND = 0xa1;
const SUBJECT_KEY_IDENTIFIER = 0x80;

/** Reads a time-stamp token. Fails with a Timestamp… code; throws EncodingError. */
export function readSignedData(token: DerNode): SignedData {
  const [type, explicit, ...more] = derSequence(token, "ContentInfo");
  if (more.length > 0) throw new EncodingError("ContentInfo has extra members");
  if (derOid(type, "contentType") !== SIGNED_DATA) {
    throw new VerificationFailure(
      "TimestampNotSignedData",
      "Cannot use a time-stamp token that is not CMS signed data",
    );
  }
  const [version, algorithms, content, ...rest] = derSequence(onlyMember(explicit, "content"), "SignedData");
  checkVersion("TimestampSignedDataVersion", version, SIGNED_DATA_VERSION);
  const listed = derChildren(expectTag(algorithms, TAG.set, "digestAlgorithms")).map(readHashAlgorithm);
  const [bag, afterBag] = optional(rest, FIRST);
  const [, [signers, ...others]] = optional(afterBag, SECOND);
  if (others.length > 0) throw new EncodingError("SignedData has extra members");
  const signedContent = readContent(content);
  const signer = readSigner(signers);
  if (!listed.includes(signer.hash)) {
    throw new VerificationFailure(
      "TimestampDigestAlgorithmUnlisted",
      `Cannot use a time-stamp token that does not list its signer's hash ${signer.hash}`,
    );
  }
  return { content: signedContent, signer, certificates: bag === undefined ? [] : derChildren(bag).map(readEmbedded) };
}

/** Splits off the first of `nodes` if it has `tag`. */
function optional(
  nodes: readonly DerNode[],
  tag: number,
): readonly [found: DerNode | undefined, rest: readonly DerNode[]] {
  const [first, ...rest] = nodes;
  return first?.tag === tag ? [first, rest] : [undefined, nodes];
}

/** The one value inside an explicit [0]. */
function onlyMember(node: DerNode | undefined, what: string): DerNode | undefined {
  const [member, ...more] = derChildren(expectTag(node, FIRST, what));
  if (more.length > 0) throw new EncodingError(`${what} has extra members`);
  return member;
}

function checkVersion(
  code: "TimestampSignedDataVersion" | "TimestampSignerInfoVersion",
  node: DerNode | undefined,
  want: number,
): void {
  const version = derSmallInteger(node, "version");
  if (version === want) return;
  throw new VerificationFailure(code, `Cannot use a time-stamp token of version ${version}, want ${want}`);
}

function readContent(node: DerNode | undefined): Uint8Array {
  const [type, explicit, ...more] = derSequence(node, "encapContentInfo");
  if (more.length > 0) throw new EncodingError("encapContentInfo has extra members");
  if (derOid(type, "eContentType") !== TST_INFO) {
    throw new VerificationFailure("TimestampContentUnsupported", "Cannot use a time-stamp token that holds no TSTInfo");
  }
  return expectTag(onlyMember(explicit, "eContent"), TAG.octetString, "eContent").content;
}

/** The rest of the bag's certificates is nobody's business: only the signer's is read, once it is found by name. */
function readEmbedded(node: DerNode): EmbeddedCertificate {
  const [tbs] = derSequence(node, "embedded certificate");
  const [, [serial, , issuer]] = optional(derSequence(tbs, "embedded TBSCertificate"), FIRST);
  return { der: node.raw, ...readIssuerAndSerial(issuer, serial) };
}

function readIssuerAndSerial(issuer: DerNode | undefined, serial: DerNode | undefined): IssuerAndSerial {
  return {
    issuer: expectTag(issuer, TAG.sequence, "issuer").raw,
    serialNumber: derIntegerBytes(serial, "serialNumber"),
  };
}

/** Step 3. */
function readSigner(signers: DerNode | undefined): SignerInfo {
  const [signer, ...others] = derChildren(expectTag(signers, TAG.set, "signerInfos"));
  if (signer === undefined || others.length > 0) {
    const count = signer === undefined ? 0 : others.length + 1;
    throw new VerificationFailure("TimestampSignerCount", `Cannot use a token with ${count} signers, want exactly 1`);
  }
  return readSignerInfo(signer);
}

function readSignerInfo(node: DerNode): SignerInfo {
  const [version, sid, digestAlgorithm, attributes, ...rest] = derSequence(node, "SignerInfo");
  if (sid?.tag === SUBJECT_KEY_IDENTIFIER) {
    throw new VerificationFailure(
      "TimestampSignerIdentifier",
      "Cannot use a token that names its signer by key, want issuer and serial number",
    );
  }
  checkVersion("TimestampSignerInfoVersion", version, SIGNER_INFO_VERSION);
  const [issuer, serial, ...more] = derSequence(sid, "issuerAndSerialNumber");
  if (more.length > 0) throw new EncodingError("issuerAndSerialNumber has extra members");
  if (attributes?.tag !== FIRST) {
    throw new VerificationFailure("TimestampAttributesMissing", "Cannot use a token whose signer signed no attributes");
  }
  const [algorithm, signature, ...others] = rest;
  const [, extra] = optional(others, SECOND);
  if (extra.length > 0) throw new EncodingError("SignerInfo has extra members");
  const hash = readHash(digestAlgorithm);
  return {
    ...readIssuerAndSerial(issuer, serial),
    hash,
    algorithm: readAlgorithm(algorithm, hash),
    attributes,
    signature: expectTag(signature, TAG.octetString, "signature").content,
  };
}

/** Also of certificate-id.ts: SHA-1 and MD5 are no hashes here. Fails with TimestampHashUnsupported; throws EncodingError. */
export function readHash(node: DerNode | undefined): HashAlgorithm {
  const hash = readHashAlgorithm(node);
  if (hash !== undefined) return hash;
  throw new VerificationFailure(
    "TimestampHashUnsupported",
    "Cannot use a time-stamp token's hash algorithm, want SHA-256, SHA-384 or SHA-512",
  );
}

/** Step 6: the hash is the token's and never the key's default; both places that name it must agree. */
function readAlgorithm(node: DerNode | undefined, hash: HashAlgorithm): SignatureAlgorithm {
  const algorithm = isRsaEncryption(node) ? ({ kind: "rsa", hash } as const) : readSignatureAlgorithm(node);
  if (algorithm === undefined || algorithm.kind === "ed25519") {
    throw new VerificationFailure(
      "TimestampSignatureUnsupported",
      "Cannot verify a time-stamp token's signature algorithm, want ECDSA or RSA with SHA-256, SHA-384 or SHA-512",
    );
  }
  if (algorithm.hash === hash) return algorithm;
  throw new VerificationFailure(
    "TimestampAlgorithmMismatch",
    `Cannot use a time-stamp token with the digest algorithm ${hash} and a signature over ${algorithm.hash}`,
  );
}

/** RFC 3370 §3.2: PKCS#1 v1.5 may be named without its hash, which is then the digest algorithm's. */
function isRsaEncryption(node: DerNode | undefined): boolean {
  const [oid, parameters, ...more] = derSequence(node, "signatureAlgorithm");
  const isPlain = more.length === 0 && (parameters === undefined || parameters.raw.length === 2);
  return isPlain && derOid(oid, "signatureAlgorithm") === RSA_ENCRYPTION && (parameters?.tag ?? TAG.null) === TAG.null;
}
