/**
 * Our reader against two others, @peculiar/x509 and node's X509Certificate (OpenSSL), over 5,000 certificates of which most
 * are mutated: what ours accepts, both accept, and read the same in it. What ours alone refuses is of a class that
 * docs/certificate-differences.md explains.
 */
import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as peculiar from "@peculiar/x509";
import { encodeHex } from "../../src/encoding/hex.ts";
import { attempt } from "../../src/failure/attempt.ts";
import type { VerificationFailure } from "../../src/failure/failure.ts";
import { parseCertificate, type Certificate } from "../../src/x509/certificate.ts";
import { subjectAlternativeNames, type SubjectAlternativeName } from "../../src/x509/subject-alternative-name.ts";
import { makeCertificate, makeRoot } from "../support/x509/certificate.ts";
import { subjectAltName } from "../support/x509/extension.ts";
import { generalName } from "../support/x509/name.ts";
import { mutated, Random, seededCertificate } from "../support/x509/seeded.ts";

const COUNT = 5000;
const PART = 500;
const BASES = 100;
const DOCUMENT = "docs/certificate-differences.md";

/** Classes of refusal: the code, and for CertificateMalformed what was read. */
const MALFORMED: readonly (readonly [string, RegExp])[] = [
  ["framing", /certificate: DER /],
  ["times", /certificate: not(?:Before|After) /],
  [
    "known extensions",
    /certificate: (?:basicConstraints|cA|pathLen|keyUsage|extKeyUsage|KeyPurpose|authorityKey|subjectKey)/,
  ],
  ["names", /certificate: (?:issuer|subject|not valid UTF-8)(?! ?PublicKey)/],
  ["extension list", /certificate: (?:an? )?(?:extension|extn|TBSCertificate|unique id)/],
  ["members", /./],
];

interface Other {
  readonly node?: X509Certificate;
  readonly peculiar?: peculiar.X509Certificate;
}

function read(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  certificate.publicKey();
  subjectAlternativeNames(certificate);
  return certificate;
}

/** The other readers give up in many ways; that they give up is all that counts. */
function otherwise<T>(reader: () => T): T | undefined {
  try {
    return reader();
  } catch {
    return undefined;
  }
}

function readByOthers(der: Uint8Array): Other {
  const node = otherwise(() => new X509Certificate(der));
  const other = otherwise(() => {
    const certificate = new peculiar.X509Certificate(Buffer.from(der));
    return certificate.extensions && certificate;
  });
  return { ...(node && { node }), ...(other && { peculiar: other }) };
}

function classOf({ code, message }: VerificationFailure): string {
  if (code !== "CertificateMalformed") return code;
  return `${code}: ${MALFORMED.find(([, pattern]) => pattern.test(message))?.[0]}`;
}

describe("our reader of certificates and two others", () => {
  const random = new Random(20_260_115);
  const bases = Array.from({ length: BASES }, () => seededCertificate(random));
  const accepted: { certificate: Certificate; others: Other }[] = [];
  const differences = new Map<string, { node: number; peculiar: number; both: number }>();

  // in parts, so that none takes long enough to look hung on a busy machine
  for (let start = 0; start < COUNT; start += PART) {
    it(`read certificates ${start} to ${start + PART - 1}`, () => {
      for (let i = start; i < start + PART; i++) take(bases[i] ?? mutated(random.pick(bases), random));
    });
  }

  function take(der: Uint8Array): void {
    const ours = attempt(() => read(der));
    const others = readByOthers(der);
    if (ours.ok) accepted.push({ certificate: ours.value, others });
    else if (others.node !== undefined || others.peculiar !== undefined) count(classOf(ours.failure), others);
  }

  function count(name: string, others: Other): void {
    const counts = differences.get(name) ?? { node: 0, peculiar: 0, both: 0 };
    const which = others.node === undefined ? "peculiar" : others.peculiar === undefined ? "node" : "both";
    differences.set(name, { ...counts, [which]: counts[which] + 1 });
  }

  it("take every sound certificate, and many that were changed", () => {
    assert.ok(accepted.length > 2 * BASES, String(accepted.length));
    for (const der of bases) assert.doesNotThrow(() => read(der));
  });

  it("read the same in whatever ours accepts", () => {
    for (const { certificate, others } of accepted) {
      const context = Buffer.from(certificate.der).toString("hex");
      assert.ok(others.node, `node refuses ${context}`);
      assert.ok(others.peculiar, `@peculiar/x509 refuses ${context}`);
      assert.deepEqual(readingOf(certificate), byNode(others.node), context);
      assert.deepEqual(detailsOf(certificate), byPeculiar(others.peculiar), context);
    }
  });

  it("differ only in the ways that the documentation explains", () => {
    const text = readFileSync(DOCUMENT, "utf8");
    const explained = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(new Set(differences.keys()), new Set(explained), JSON.stringify([...differences]));
  });
});

const writer = makeRoot({ key: "Ed25519" });

/** How node reads Names and alternative names is its own affair: it must read ours, written anew, the same way. */
function rewritten(certificate: Certificate): X509Certificate {
  const names = namesOf(certificate);
  const { der } = makeCertificate(
    { ...writer, subject: certificate.issuer },
    {
      key: "Ed25519",
      subject: certificate.subject,
      extensions: names === undefined ? {} : { subjectAltName: subjectAltName(names.map(writtenName)) },
    },
  );
  return new X509Certificate(der);
}

/** Undefined without the extension, or with an empty one. */
function namesOf(certificate: Certificate): readonly SubjectAlternativeName[] | undefined {
  const names = subjectAlternativeNames(certificate);
  return names.length > 0 ? names : undefined;
}

function writtenName({ kind, value }: SubjectAlternativeName): Uint8Array {
  return kind === "ip" ? generalName.ip(addressOf(value)) : generalName[kind](value);
}

function addressOf(text: string): Uint8Array {
  if (text.includes(".")) return Uint8Array.from(text.split("."), Number);
  const [head = "", tail = ""] = text.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill("0");
  return Buffer.from(
    [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, "0")).join(""),
    "hex",
  );
}

interface Reading {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly spki: string;
  readonly names: string | undefined;
  readonly purposes: readonly string[] | undefined;
}

function readingOf(certificate: Certificate): Reading {
  const again = rewritten(certificate);
  return {
    subject: again.subject,
    issuer: again.issuer,
    serialNumber: BigInt(`0x${encodeHex(certificate.serialNumber)}`).toString(16),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    spki: encodeHex(certificate.spki),
    names: again.subjectAltName,
    purposes: certificate.extendedKeyUsage?.purposes,
  };
}

function byNode(node: X509Certificate): Reading {
  const ours = parseCertificate(node.raw);
  return {
    subject: node.subject,
    issuer: node.issuer,
    serialNumber: BigInt(`0x${node.serialNumber}`).toString(16),
    notBefore: Date.parse(node.validFrom),
    notAfter: Date.parse(node.validTo),
    spki: node.publicKey.export({ type: "spki", format: "der" }).toString("hex"),
    names: namesOf(ours) === undefined ? undefined : node.subjectAltName,
    purposes: node.keyUsage,
  };
}

function detailsOf(certificate: Certificate): unknown {
  const { basicConstraints: constraints, keyUsage } = certificate;
  return {
    subject: new peculiar.Name(Buffer.from(certificate.subject)).toString(),
    issuer: new peculiar.Name(Buffer.from(certificate.issuer)).toString(),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    spki: encodeHex(certificate.spki),
    extensions: [...certificate.extensions].map(([oid, { critical, value }]) => [oid, critical, encodeHex(value)]),
    constraints: constraints && [constraints.isCa, constraints.pathLength ?? "any"],
    usages: keyUsage && [keyUsage.digitalSignature, keyUsage.keyCertSign],
  };
}

function byPeculiar(other: peculiar.X509Certificate): unknown {
  const constraints = other.getExtension(peculiar.BasicConstraintsExtension) ?? undefined;
  const usages = other.getExtension(peculiar.KeyUsagesExtension)?.usages;
  const { digitalSignature, keyCertSign } = peculiar.KeyUsageFlags;
  return {
    subject: other.subject,
    issuer: other.issuer,
    notBefore: other.notBefore.getTime(),
    notAfter: other.notAfter.getTime(),
    spki: Buffer.from(other.publicKey.rawData).toString("hex"),
    extensions: Array.from(other.extensions, ({ type, critical, value }) => [
      type,
      critical,
      Buffer.from(value).toString("hex"),
    ]),
    constraints: constraints && [constraints.ca, constraints.pathLength ?? "any"],
    usages: usages === undefined ? undefined : [(usages & digitalSignature) !== 0, (usages & keyCertSign) !== 0],
  };
}
