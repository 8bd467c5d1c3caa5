/**
 * X.509 certificates of which every field can be set, also wrongly (RFC 5280 §4.1): written by der-writer.ts and signed by
 * node:crypto. Each writer gives a sound certificate of its profile (verification-spec §4.1, §4.2); each option changes
 * one thing, and what depends on it is signed anew.
 */
import type { KeyObject } from "node:crypto";
import type { Interval } from "../../../src/encoding/interval.ts";
import { parseCertificate, type Certificate } from "../../../src/x509/certificate.ts";
import type { CertificateAuthority } from "../../../src/x509/chain.ts";
import { bitString, context, integer, octetString, sequence, x509Time } from "../der-writer.ts";
import { sctList, type Precertificate } from "./ct-log.ts";
import {
  authorityKeyId,
  basicConstraints,
  extendedKeyUsage,
  extension,
  EXTENSION,
  keyUsage,
  PURPOSE,
  subjectAltName,
  subjectKeyId,
  type ExtensionSet,
} from "./extension.ts";
import {
  keyIdOf,
  signatureAlgorithm,
  signWith,
  spkiOf,
  testKey,
  usualHash,
  type KeyKind,
  type SignatureHash,
} from "./key.ts";
import { distinguishedName, generalName } from "./name.ts";

type Bytes = Uint8Array;

/** When leaves of the tests begin, and for how long they hold. */
export const ISSUED_AT = Date.UTC(2026, 0, 15, 12);
export const LEAF_MS = 600_000;

export interface TestCertificate {
  readonly der: Bytes;
  readonly pem: string;
  /** What a log would see: the TBSCertificate without promises. */
  readonly precertificateTbs: Bytes;
  readonly privateKey: KeyObject;
  readonly subject: Bytes;
  readonly spki: Bytes;
  readonly keyId: Bytes;
  /** Read by the code under test. */
  readonly parsed: Certificate;
}

/** Who signs: a certificate of ours, or its parts. */
export type Issuer = Pick<TestCertificate, "privateKey" | "subject" | "spki" | "keyId">;

export interface CertificateParts {
  /** The subject's key. */
  readonly key?: KeyKind | KeyObject;
  /** DER of the Names. */
  readonly subject?: Bytes;
  readonly issuerName?: Bytes;
  /** As in the file: 2 is version 3. Null: none is written. */
  readonly version?: number | null;
  readonly serialNumber?: number | bigint | Bytes;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Writes a time; UTCTime or GeneralizedTime by the year unless said. */
  readonly time?: (ms: number) => Bytes;
  readonly spki?: Bytes;
  /** Replaces extensions of the profile by name, or leaves them out with undefined. */
  readonly extensions?: ExtensionSet;
  /** Further extensions, at the end; also a second of a kind. */
  readonly extra?: readonly Bytes[];
  /** Members after the key other than extensions: [1] and [2]. */
  readonly uniqueIds?: readonly Bytes[];
  /** Signed certificate timestamps to embed: TestCtLog.promise(), or anything. */
  readonly promises?: readonly ((precertificate: Precertificate) => Bytes)[];
  /** The extension's value, by the timestamps; a DER OCTET STRING with a TLS list unless said. */
  readonly sctListValue?: (scts: readonly Bytes[]) => Bytes;
  /** Where the list stands among the extensions; last unless said. */
  readonly sctIndex?: number;
  readonly hash?: SignatureHash;
  /** AlgorithmIdentifiers inside and outside of what is signed. */
  readonly innerAlgorithm?: Bytes;
  readonly outerAlgorithm?: Bytes;
  /** Edits the members of the TBSCertificate before it is signed. */
  readonly tbs?: (members: readonly Bytes[]) => readonly Bytes[];
  readonly signature?: (signature: Bytes) => Bytes;
}

/** Signed by `issuer`, or by itself. */
export function makeCertificate(issuer: Issuer | "itself", parts: CertificateParts): TestCertificate {
  const privateKey = keyOf(parts.key, "certificate");
  const spki = parts.spki ?? spkiOf(privateKey);
  const subject = parts.subject ?? distinguishedName({});
  const own = { privateKey, spki, subject, keyId: keyIdOf(spki) };
  const signer = issuer === "itself" ? own : issuer;
  const extensions = [...Object.values(parts.extensions ?? {}), ...(parts.extra ?? [])].filter(
    (value) => value !== undefined,
  );
  const precertificateTbs = tbsOf(signer, own, parts, extensions);
  const scts = parts.promises?.map((promise) => promise({ tbs: precertificateTbs, issuerSpki: signer.spki }));
  const tbs = scts === undefined ? precertificateTbs : tbsOf(signer, own, parts, withScts(extensions, scts, parts));
  const hash = parts.hash ?? usualHash(signer.privateKey);
  const signature = signWith(signer.privateKey, tbs, hash);
  const der = sequence(
    tbs,
    parts.outerAlgorithm ?? signatureAlgorithm(signer.privateKey, hash),
    bitString(parts.signature?.(signature) ?? signature),
  );
  let parsed: Certificate | undefined;
  return {
    ...own,
    der,
    pem: pemOf(der),
    precertificateTbs,
    get parsed() {
      return (parsed ??= parseCertificate(der));
    },
  };
}

function withScts(extensions: readonly Bytes[], scts: readonly Bytes[], parts: CertificateParts): readonly Bytes[] {
  const value = parts.sctListValue?.(scts) ?? octetString(sctList(scts));
  return extensions.toSpliced(parts.sctIndex ?? extensions.length, 0, extension(EXTENSION.sctList, value));
}

function tbsOf(signer: Issuer, own: Issuer, parts: CertificateParts, extensions: readonly Bytes[]): Bytes {
  const { version = 2, serialNumber = 1, innerAlgorithm = signatureAlgorithm(signer.privateKey, parts.hash) } = parts;
  const members = [
    ...(version === null ? [] : [context(0, integer(version))]),
    integer(serialNumber),
    innerAlgorithm,
    parts.issuerName ?? signer.subject,
    validityOf(parts),
    own.subject,
    own.spki,
    ...(parts.uniqueIds ?? []),
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  ];
  return sequence(...(parts.tbs?.(members) ?? members));
}

function validityOf({
  time = x509Time,
  notBefore = ISSUED_AT,
  notAfter = notBefore + LEAF_MS,
}: CertificateParts): Bytes {
  return sequence(time(notBefore), time(notAfter));
}

/** A trust anchor that signs itself. */
export function makeRoot(parts: CertificateParts = {}): TestCertificate {
  const privateKey = keyOf(parts.key, "root");
  return makeCertificate("itself", {
    subject: distinguishedName({ organization: "sigstore.example", commonName: "root" }),
    notBefore: Date.UTC(2020, 0, 1),
    notAfter: Date.UTC(2040, 0, 1),
    ...parts,
    key: privateKey,
    extensions: {
      keyUsage: keyUsage(["keyCertSign", "cRLSign"]),
      basicConstraints: basicConstraints(true),
      subjectKeyId: subjectKeyId(keyIdOf(parts.spki ?? spkiOf(privateKey))),
      ...parts.extensions,
    },
  });
}

/** A certificate authority under another, for leaves of `purposes`; its path length is 0 unless said. */
export function makeIntermediate(issuer: Issuer, parts: CertificateParts = {}): TestCertificate {
  const privateKey = keyOf(parts.key, "intermediate");
  return makeCertificate(issuer, {
    subject: distinguishedName({ organization: "sigstore.example", commonName: "intermediate" }),
    serialNumber: 2,
    notBefore: Date.UTC(2021, 0, 1),
    notAfter: Date.UTC(2039, 0, 1),
    ...parts,
    key: privateKey,
    extensions: {
      keyUsage: keyUsage(["keyCertSign", "cRLSign"]),
      extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning]),
      basicConstraints: basicConstraints(true, 0),
      subjectKeyId: subjectKeyId(keyIdOf(parts.spki ?? spkiOf(privateKey))),
      authorityKeyId: authorityKeyId(issuer.keyId),
      ...parts.extensions,
    },
  });
}

/** As Fulcio issues it: no subject, ten minutes, one critical name (an e-mail address unless said), codeSigning. */
export function makeLeaf(issuer: Issuer, parts: CertificateParts = {}): TestCertificate {
  const privateKey = keyOf(parts.key, "leaf");
  return makeCertificate(issuer, {
    serialNumber: 3,
    ...parts,
    key: privateKey,
    extensions: {
      keyUsage: keyUsage(["digitalSignature"]),
      extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning]),
      subjectKeyId: subjectKeyId(keyIdOf(parts.spki ?? spkiOf(privateKey))),
      authorityKeyId: authorityKeyId(issuer.keyId),
      subjectAltName: subjectAltName([generalName.email("dev@sigstore.example")]),
      ...parts.extensions,
    },
  });
}

/** The signer of a timestamp authority: timeStamping alone and critical, ten years. */
export function makeTimestampLeaf(issuer: Issuer, parts: CertificateParts = {}): TestCertificate {
  const privateKey = keyOf(parts.key, "timestamp leaf");
  return makeCertificate(issuer, {
    subject: distinguishedName({ organization: "sigstore.example", commonName: "timestamps" }),
    serialNumber: 4,
    notBefore: Date.UTC(2022, 0, 1),
    notAfter: Date.UTC(2032, 0, 1),
    ...parts,
    key: privateKey,
    extensions: {
      keyUsage: keyUsage(["digitalSignature"]),
      extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping], true),
      subjectKeyId: subjectKeyId(keyIdOf(parts.spki ?? spkiOf(privateKey))),
      authorityKeyId: authorityKeyId(issuer.keyId),
      ...parts.extensions,
    },
  });
}

/** A client's, as API servers have it: clientAuth alone, a common name. */
export function makeClientLeaf(issuer: Issuer, commonName: string, parts: CertificateParts = {}): TestCertificate {
  return makeLeaf(issuer, {
    subject: distinguishedName({ commonName }),
    ...parts,
    extensions: {
      extendedKeyUsage: extendedKeyUsage([PURPOSE.clientAuth]),
      subjectAltName: undefined,
      ...parts.extensions,
    },
  });
}

/** As a trust root names it: the issuing certificate first. */
export function authorityOf(chain: readonly TestCertificate[], validFor: Interval = {}): CertificateAuthority {
  return { chain: chain.map(({ parsed }) => parsed), validFor };
}

export function pemOf(der: Bytes): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function keyOf(key: KeyKind | KeyObject | undefined, purpose: string): KeyObject {
  return typeof key === "object" ? key : testKey(key ?? "P-256", purpose);
}
