/**
 * Time-stamp responses of which every part can be set, also wrongly (RFC 3161 §2.4.2, RFC 5652 §5): written by
 * der-writer.ts and signed by node:crypto. Each option changes one thing, and what depends on it is signed anew.
 */
import { createHash } from "node:crypto";
import { context, generalizedTime, integer, nul, octetString, oid, sequence, set, utcTime } from "../der-writer.ts";
import { signatureAlgorithm, signWith, usualHash, type SignatureHash } from "../x509/key.ts";
import type { TestCertificate } from "../x509/certificate.ts";

type Bytes = Uint8Array;
/** Edits the members of a SEQUENCE in the order of the standards. */
type Edit = (members: readonly Bytes[]) => readonly Bytes[];

/** Named, so that a test replaces one or leaves one out (undefined). */
export type AttributeSet = Readonly<Record<string, Bytes | undefined>>;

export interface TokenParts {
  /** Of the digests and the signature; the key's usual one unless said. */
  readonly hash?: SignatureHash;
  /** Whole AlgorithmIdentifiers. */
  readonly digestAlgorithm?: Bytes;
  readonly signatureAlgorithm?: Bytes;
  /** Of the message; SHA-256 unless said. */
  readonly imprintHash?: SignatureHash;
  readonly genTime?: Bytes;
  /** version, policy, messageImprint, serialNumber, genTime, accuracy. */
  readonly tstInfo?: Edit;
  /** Edits the TSTInfo after its digest was taken. */
  readonly content?: (tstInfo: Bytes) => Bytes;
  readonly attributes?: AttributeSet;
  readonly extraAttributes?: readonly Bytes[];
  /** Orders the attributes; as DER wants it unless said. */
  readonly order?: Edit;
  /** Signs the SET OF attributes. */
  readonly sign?: (attributes: Bytes) => Bytes;
  /** version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature. */
  readonly signerInfo?: Edit;
  /** Whole SignerInfos in place of the one. */
  readonly signerInfos?: (signerInfo: Bytes) => readonly Bytes[];
  /** The bag; empty unless said, as the public authority writes it. Null: there is none. */
  readonly certificates?: readonly Bytes[] | null;
  /** version, digestAlgorithms, encapContentInfo, certificates, signerInfos. */
  readonly signedData?: Edit;
  /** contentType, content. */
  readonly contentInfo?: Edit;
  /** PKIStatusInfo, timeStampToken. */
  readonly response?: Edit;
}

export const OID = {
  signedData: "1.2.840.113549.1.7.2",
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  policy: "1.3.6.1.4.1.57264.2",
} as const;

const HASH_OID: Readonly<Record<SignatureHash, string>> = {
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};

export function digest(hash: SignatureHash, bytes: Bytes): Bytes {
  return Uint8Array.from(createHash(hash).update(bytes).digest());
}

/** AlgorithmIdentifier of a hash, without parameters unless said. */
export function hashAlgorithm(hash: SignatureHash, ...parameters: readonly Bytes[]): Bytes {
  return sequence(oid(HASH_OID[hash]), ...parameters);
}

/** One signed attribute. */
export function attribute(dotted: string, ...values: readonly Bytes[]): Bytes {
  return sequence(oid(dotted), set(...values));
}

/** The SigningCertificate attributes by the identifier of one certificate: its hash alone. */
export function signingCertificate(certificate: Bytes): Bytes {
  return attribute(OID.signingCertificate, sequence(sequence(sequence(octetString(digest("sha1", certificate))))));
}

export function signingCertificateV2(certificate: Bytes, hash?: SignatureHash): Bytes {
  const names = hash === undefined ? [] : [hashAlgorithm(hash)];
  const id = sequence(...names, octetString(digest(hash ?? "sha256", certificate)));
  return attribute(OID.signingCertificateV2, sequence(sequence(id)));
}

/** A response of the signer's over `message` at `now`. */
export function writeResponse(signer: TestCertificate, message: Bytes, now: number, parts: TokenParts): Bytes {
  const hash = parts.hash ?? usualHash(signer.privateKey);
  const tstInfo = writeTstInfo(message, now, parts);
  const digestAlgorithm = parts.digestAlgorithm ?? hashAlgorithm(hash);
  const signerInfo = writeSignerInfo(signer, { tstInfo, hash, digestAlgorithm, now }, parts);
  const content = octetString(parts.content?.(tstInfo) ?? tstInfo);
  const { certificates = [] } = parts;
  const signedData = edited(parts.signedData, [
    integer(3),
    set(digestAlgorithm),
    sequence(oid(OID.tstInfo), context(0, content)),
    ...(certificates === null ? [] : [context(0, ...certificates)]),
    set(...(parts.signerInfos?.(signerInfo) ?? [signerInfo])),
  ]);
  const token = edited(parts.contentInfo, [oid(OID.signedData), context(0, signedData)]);
  return edited(parts.response, [sequence(integer(0)), token]);
}

function writeTstInfo(message: Bytes, now: number, parts: TokenParts): Bytes {
  const { imprintHash = "sha256" } = parts;
  return edited(parts.tstInfo, [
    integer(1),
    oid(OID.policy),
    sequence(hashAlgorithm(imprintHash, nul()), octetString(digest(imprintHash, message))),
    integer(7),
    parts.genTime ?? generalizedTime(now),
    sequence(integer(1)),
  ]);
}

interface Signed {
  readonly tstInfo: Bytes;
  readonly hash: SignatureHash;
  readonly digestAlgorithm: Bytes;
  readonly now: number;
}

function writeSignerInfo(
  signer: TestCertificate,
  { tstInfo, hash, digestAlgorithm, now }: Signed,
  parts: TokenParts,
): Bytes {
  const named: AttributeSet = {
    contentType: attribute(OID.contentType, oid(OID.tstInfo)),
    signingTime: attribute(OID.signingTime, utcTime(now)),
    messageDigest: attribute(OID.messageDigest, octetString(digest(hash, tstInfo))),
    signingCertificateV2: signingCertificateV2(signer.der),
    ...parts.attributes,
  };
  const list = [...Object.values(named), ...(parts.extraAttributes ?? [])].filter((value) => value !== undefined);
  const ordered = parts.order?.(list) ?? list.toSorted((a, b) => Buffer.compare(a, b));
  const sign = parts.sign ?? ((attributes) => signWith(signer.privateKey, attributes, hash));
  return edited(parts.signerInfo, [
    integer(1),
    sequence(signer.parsed.issuer, integer(signer.parsed.serialNumber)),
    digestAlgorithm,
    context(0, ...ordered),
    parts.signatureAlgorithm ?? signatureAlgorithm(signer.privateKey, hash),
    octetString(sign(set(...ordered))),
  ]);
}

function edited(edit: Edit | undefined, members: readonly Bytes[]): Bytes {
  return sequence(...(edit?.(members) ?? members));
}
