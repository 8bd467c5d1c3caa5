/**
 * Certificates that a seed decides, sound ones and mutated ones, for comparing readers: the same seed gives the same bytes
 * in every run. The keys are made from the seed too; nobody could sign with most of them, and no reader asks.
 */
import { createECDH, createPrivateKey, type KeyObject } from "node:crypto";
import { derChildren, encodeDer, parseDer, type DerNode } from "../../../src/encoding/der.ts";
import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  generalizedTime,
  ia5,
  integer,
  nul,
  octetString,
  oid,
  printableString,
  sequence,
  utf8String,
  x509Time,
} from "../der-writer.ts";
import { makeCertificate, type CertificateParts, type Issuer } from "./certificate.ts";
import {
  authorityKeyId,
  basicConstraints,
  extendedKeyUsage,
  extension,
  fulcioExtensions,
  keyUsage,
  PURPOSE,
  subjectAltName,
  subjectKeyId,
} from "./extension.ts";
import { distinguishedName, generalName } from "./name.ts";

type Bytes = Uint8Array;

/** Numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to `end` - 1. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("pick() needs a choice");
    return choice;
  }

  bytes(length: number): Bytes {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** A sound certificate of any profile, with whatever fields the numbers choose. */
export function seededCertificate(random: Random): Bytes {
  const notBefore = random.pick([Date.UTC(1999, 1, 3), Date.UTC(2026, 0, 15), Date.UTC(2051, 6, 9)]);
  const parts: CertificateParts = {
    key: issuerKey,
    spki: seededSpki(random),
    subject: seededName(random),
    issuerName: seededName(random),
    serialNumber: random.bytes(1 + random.below(20)),
    notBefore,
    notAfter: notBefore + random.below(10_000_000) * 1000,
    time: random.pick([x509Time, x509Time, generalizedTime]),
    uniqueIds: random.below(8) === 0 ? [contextPrimitive(1, Uint8Array.of(0, 7))] : [],
    extensions: seededExtensions(random),
    ...seededAlgorithm(random),
  };
  return makeCertificate(issuer, parts).der;
}

/** Ed25519 signs the same way every time. */
const issuerKey = ed25519Key(Uint8Array.from({ length: 32 }, (_, i) => i));
const issuer: Issuer = {
  privateKey: issuerKey,
  subject: distinguishedName({ commonName: "seeded" }),
  spki: new Uint8Array(),
  keyId: Uint8Array.of(1, 2, 3),
};

function ed25519Key(seed: Bytes): KeyObject {
  const der = sequence(integer(0), sequence(oid("1.3.101.112")), octetString(octetString(seed)));
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}

function seededAlgorithm(random: Random): Pick<CertificateParts, "innerAlgorithm" | "outerAlgorithm"> {
  const algorithm = random.pick([
    sequence(oid("1.3.101.112")),
    sequence(oid("1.2.840.10045.4.3.2")),
    sequence(oid("1.2.840.10045.4.3.3")),
    sequence(oid("1.2.840.113549.1.1.11"), nul()),
    sequence(oid("1.2.840.113549.1.1.5"), nul()),
  ]);
  return { innerAlgorithm: algorithm, outerAlgorithm: algorithm };
}

const CURVES = [
  { group: "prime256v1", oid: "1.2.840.10045.3.1.7", bytes: 32 },
  { group: "secp384r1", oid: "1.3.132.0.34", bytes: 48 },
  { group: "secp521r1", oid: "1.3.132.0.35", bytes: 65 },
] as const;

function seededSpki(random: Random): Bytes {
  const kind = random.below(5);
  const curve = CURVES[kind];
  if (curve !== undefined) {
    const pair = createECDH(curve.group);
    pair.setPrivateKey(Buffer.from([1, ...random.bytes(curve.bytes - 1)]));
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid(curve.oid)), bitString(pair.getPublicKey()));
  }
  if (kind === 3) return sequence(sequence(oid("1.3.101.112")), bitString(random.bytes(32)));
  const modulus = Uint8Array.of(0xc5, ...random.bytes(254), 0x01);
  const key = sequence(integer(modulus), integer(65_537));
  return sequence(sequence(oid("1.2.840.113549.1.1.1"), nul()), bitString(key));
}

function seededName(random: Random): Bytes {
  const text = `n${random.below(1000)}`;
  return random.pick([
    sequence(),
    distinguishedName({ organization: text, commonName: "ä" }),
    distinguishedName({ commonName: text }, printableString),
    distinguishedName({ organization: text }, ia5),
  ]);
}

function seededExtensions(random: Random): Readonly<Record<string, Bytes | undefined>> {
  const all: Readonly<Record<string, () => Bytes>> = {
    keyUsage: () => keyUsage(random.pick([["digitalSignature"], ["keyCertSign", "cRLSign"], ["decipherOnly"]])),
    extendedKeyUsage: () => extendedKeyUsage([random.pick(Object.values(PURPOSE))], random.below(2) === 0),
    basicConstraints: () => random.pick([basicConstraints(false), basicConstraints(true), basicConstraints(true, 3)]),
    subjectKeyId: () => subjectKeyId(random.bytes(20)),
    authorityKeyId: () => authorityKeyId(random.bytes(20)),
    subjectAltName: () => subjectAltName(seededNames(random), random.below(2) === 0),
    unknown: () => extension("1.2.3.4.5", random.bytes(random.below(40)), random.below(2) === 0),
    nested: () => extension("1.2.3.4.6", sequence(boolean(true), context(0, utf8String("a")))),
  };
  const chosen = Object.entries(all).filter(() => random.below(4) > 0);
  const written = Object.fromEntries(chosen.map(([name, write]) => [name, write()])) as Record<string, Bytes>;
  return random.below(2) === 0
    ? written
    : { ...written, ...fulcioExtensions({ 1: "https://i.example", 8: "https://i.example" }) };
}

function seededNames(random: Random): readonly Bytes[] {
  const names = [
    generalName.email("a@b.example"),
    generalName.uri("https://b.example/w@refs/heads/main"),
    generalName.dns("d.example"),
    generalName.ip(random.bytes(4)),
    generalName.ip(random.bytes(16)),
    generalName.otherName("user!d.example"),
  ];
  return Array.from({ length: 1 + random.below(2) }, () => random.pick(names));
}

/** One mutation: of the bytes alone, or of one value with all lengths around it written anew. */
export function mutated(der: Bytes, random: Random): Bytes {
  switch (random.below(8)) {
    case 0:
      return der.subarray(0, random.below(der.length));
    case 1:
      return spliced(der, random.below(der.length + 1), 0, random.bytes(1));
    case 2:
      return spliced(der, random.below(der.length), 1);
    case 3:
    case 4:
      return flipped(der, random);
    default:
      return reframed(der, random);
  }
}

function flipped(bytes: Bytes, random: Random): Bytes {
  const at = random.below(bytes.length);
  const mask = random.below(2) === 0 ? 1 << random.below(8) : 1 + random.below(255);
  return bytes.map((byte, i) => (i === at ? byte ^ mask : byte));
}

function spliced(bytes: Bytes, at: number, remove: number, insert: Bytes = new Uint8Array()): Bytes {
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);
}

/** Changes one value among all that are nested in each other, and keeps the framing DER. */
function reframed(der: Bytes, random: Random): Bytes {
  const target = random.below(countOf(parseDer(der)));
  let seen = 0;
  const write = (node: DerNode): Bytes => {
    const isTarget = seen++ === target;
    const isConstructed = (node.tag & 0x20) !== 0;
    const content = isConstructed ? Buffer.concat(derChildren(node).map(write)) : node.content;
    return isTarget ? changed(node.tag, content, random) : encodeDer(node.tag, content);
  };
  return write(parseDer(der));
}

function changed(tag: number, content: Bytes, random: Random): Bytes {
  const same = encodeDer(tag, content);
  switch (random.below(6)) {
    case 0:
      return new Uint8Array();
    case 1:
      return Buffer.concat([same, same]);
    case 2:
      return encodeDer(
        random.pick([0x02, 0x03, 0x04, 0x05, 0x0c, 0x13, 0x14, 0x16, 0x30, 0x31, 0x80, 0x82, 0xa0]),
        content,
      );
    case 3:
      return encodeDer(tag, spliced(content, random.below(content.length + 1), 0, random.bytes(1)));
    case 4:
      return encodeDer(tag, spliced(content, random.below(content.length + 1), 1));
    default:
      return content.length === 0 ? same : encodeDer(tag, flipped(content, random));
  }
}

function countOf(node: DerNode): number {
  if ((node.tag & 0x20) === 0) return 1;
  return 1 + derChildren(node).reduce((sum, child) => sum + countOf(child), 0);
}
