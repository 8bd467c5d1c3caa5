import assert from "node:assert/strict";
import { encodeDer, parseDer, derChildren } from "../../src/encoding/der.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { concatBytes } from "../../src/encoding/text.ts";
import { isSelfIssued, parseCertificate } from "../../src/x509/certificate.ts";
import {
  bitString,
  context,
  contextPrimitive,
  der,
  generalizedTime,
  integer,
  nul,
  oid,
  sequence,
  utf8String,
} from "../support/der-writer.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import {
  ISSUED_AT,
  LEAF_MS,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  type CertificateParts,
} from "../support/x509/certificate.ts";
import { subjectKeyId } from "../support/x509/extension.ts";
import { signatureAlgorithm, spkiOf, testKey, type KeyKind, type SignatureHash } from "../support/x509/key.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);
const leaf = makeLeaf(intermediate);

/** A leaf whose TBSCertificate has other members at the given places. */
function withMembers(changes: Readonly<Record<number, Uint8Array>>): CertificateParts {
  return { tbs: (members) => members.map((member, i) => changes[i] ?? member) };
}

/** A leaf whose TBSCertificate has further members after the key. */
function withOptional(...optional: readonly Uint8Array[]): CertificateParts {
  return { tbs: (members) => [...members.slice(0, 7), ...optional] };
}

describe("parseCertificate()", () => {
  it("reads every field, the Names and the key as they are written", () => {
    const certificate = makeLeaf(intermediate, { serialNumber: 0x1234n }).parsed;
    assert.equal(encodeHex(certificate.serialNumber), "1234");
    assert.deepEqual(certificate.issuer, intermediate.subject);
    assert.deepEqual(certificate.subject, sequence());
    assert.equal(certificate.notBefore, ISSUED_AT);
    assert.equal(certificate.notAfter, ISSUED_AT + LEAF_MS);
    assert.deepEqual(certificate.spki, leaf.spki);
    assert.deepEqual(certificate.subjectKeyId, leaf.keyId);
    assert.deepEqual(certificate.authorityKeyId, intermediate.keyId);
    assert.deepEqual(certificate.tbs, makeLeaf(intermediate, { serialNumber: 0x1234n }).precertificateTbs);
  });

  it("keeps the extensions in their order, with what is critical", () => {
    const { extensions } = leaf.parsed;
    assert.deepEqual(
      [...extensions].map(([dotted, { critical }]) => `${dotted}${critical ? " critical" : ""}`),
      ["2.5.29.15 critical", "2.5.29.37", "2.5.29.14", "2.5.29.35", "2.5.29.17 critical"],
    );
  });

  it("has no extensions where none are written", () => {
    const { extensions, basicConstraints } = parseCertificate(makeLeaf(intermediate, withOptional()).der);
    assert.equal(extensions.size, 0);
    assert.equal(basicConstraints, undefined);
  });

  it("reads the key once", () => {
    const certificate = parseCertificate(leaf.der);
    assert.equal(certificate.publicKey(), certificate.publicKey());
    assert.deepEqual(certificate.publicKey().spki, leaf.spki);
  });

  it("leaves a key that is not supported to whoever asks for it", () => {
    const spki = sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")), bitString(new Uint8Array(65)));
    failsWith("KeyUnsupported", () => makeLeaf(intermediate, { spki }).parsed.publicKey());
    failsWith("KeyMalformed", () => makeLeaf(intermediate, { spki: sequence() }).parsed.publicKey());
  });

  it("knows the algorithms of every kind of key", () => {
    for (const key of ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"] as KeyKind[]) {
      for (const hash of ["sha256", "sha384", "sha512"] as SignatureHash[]) {
        const { signatureAlgorithm: algorithm } = makeRoot({ key, hash }).parsed;
        const kind = key === "RSA-2048" ? "rsa" : "ecdsa";
        assert.deepEqual(algorithm, key === "Ed25519" ? { kind: "ed25519" } : { kind, hash });
      }
    }
  });

  it("accepts unique ids, each once and in order", () => {
    const [first, second] = [contextPrimitive(1, Uint8Array.of(0, 1)), contextPrimitive(2, Uint8Array.of(0, 2))];
    const allowed = { both: [first, second], first: [first], second: [second] };
    for (const [which, uniqueIds] of Object.entries(allowed)) {
      assert.ok(makeLeaf(intermediate, { uniqueIds }).parsed, which);
    }
    const refused = {
      twice: [first, first],
      "out of order": [second, first],
      "of no bits": [contextPrimitive(1, new Uint8Array())],
      "with eight unused bits": [contextPrimitive(1, Uint8Array.of(8, 0))],
      constructed: [context(1, bitString(Uint8Array.of(1)))],
      unknown: [contextPrimitive(4, Uint8Array.of(0))],
    };
    for (const [how, uniqueIds] of Object.entries(refused)) {
      const failure = failsWith("CertificateMalformed", () => makeLeaf(intermediate, { uniqueIds }).parsed);
      assert.match(failure.message, /unexpected member|unique id/, how);
    }
  });

  it("takes serial numbers of 1 to 20 bytes", () => {
    for (const serialNumber of [0, 1, 127, 128, 2n ** 159n, 2n ** 160n - 1n]) {
      assert.ok(makeLeaf(intermediate, { serialNumber }).parsed);
    }
    for (const serialNumber of [-1, 2n ** 160n]) {
      const failure = failsWith("CertificateMalformed", () => makeLeaf(intermediate, { serialNumber }).parsed);
      assert.match(failure.message, /serialNumber is negative or longer/);
    }
    failsWith(
      "CertificateMalformed",
      () => makeLeaf(intermediate, withMembers({ 1: der(2, Uint8Array.of(0, 1)) })).parsed,
    );
    failsWith("CertificateMalformed", () => makeLeaf(intermediate, withMembers({ 1: der(2) })).parsed);
  });
});

describe("parseCertificate() refuses", () => {
  const tbs = leaf.precertificateTbs;
  const algorithm = signatureAlgorithm(intermediate.privateKey);
  const signature = bitString(Uint8Array.of(1));
  const longForm = concatBytes(Uint8Array.of(0x30, 0x83, 0), leaf.der.subarray(2));
  const indefinite = concatBytes(Uint8Array.of(0x30, 0x80), leaf.der.subarray(4), new Uint8Array(2));

  const bytes: Readonly<Record<string, Uint8Array>> = {
    nothing: new Uint8Array(),
    "reject list: malformed/BER/trailing (malformed)": encodeDer(0x31, tbs, algorithm, signature),
    "reject list: malformed/BER/trailing (a length that is not minimal)": longForm,
    "reject list: malformed/BER/trailing (an indefinite length)": indefinite,
    "reject list: malformed/BER/trailing (trailing bytes, though the certificate before them is sound: trap 4)":
      concatBytes(leaf.der, new Uint8Array(1)),
    "PEM text": Buffer.from(leaf.pem),
    "one member": sequence(tbs),
    "two members": sequence(tbs, algorithm),
    "four members": sequence(tbs, algorithm, signature, nul()),
    "no members": sequence(),
    "a signature with unused bits": sequence(tbs, algorithm, bitString(Uint8Array.of(0xf0), 4)),
    "a signature that is an OCTET STRING": sequence(tbs, algorithm, der(4, Uint8Array.of(0, 1))),
    "more than 64 KiB": makeLeaf(intermediate, { extra: [subjectKeyId(new Uint8Array(65_536))] }).der,
  };
  for (const [what, certificate] of Object.entries(bytes)) {
    it(what, () => {
      failsWith("CertificateMalformed", () => parseCertificate(certificate));
    });
  }

  const members: Readonly<Record<string, CertificateParts>> = {
    "an issuer that is no SEQUENCE": { issuerName: der(0x31) },
    "a subject that is no SEQUENCE": { subject: utf8String("me") },
    "a validity of one time": withMembers({ 4: sequence(generalizedTime(ISSUED_AT)) }),
    "a validity of three times": withMembers({ 4: sequence(...Array<Uint8Array>(3).fill(generalizedTime(ISSUED_AT))) }),
    "a validity that is a number": withMembers({ 4: integer(1) }),
    "a key that is no SEQUENCE": { spki: integer(1) },
    "an inner algorithm that is no SEQUENCE": { innerAlgorithm: oid("1.3.101.112") },
    "no key": { tbs: (all) => all.slice(0, 6) },
    "extensions before the key": { tbs: (all) => [...all.slice(0, 6), ...all.slice(7), ...all.slice(6, 7)] },
    "two lists of extensions": { tbs: (all) => [...all, ...all.slice(7)] },
    "a version that is text": withMembers({ 0: context(0, utf8String("3")) }),
  };
  for (const [what, parts] of Object.entries(members)) {
    it(what, () => {
      failsWith("CertificateMalformed", () => makeLeaf(intermediate, parts).parsed);
    });
  }

  const versions: Readonly<Record<string, CertificateParts>> = {
    "version 1": { version: 0 },
    "version 2": { version: 1 },
    "version 4": { version: 3 },
    "no version, which is version 1": { version: null },
    "two versions": withMembers({ 0: context(0, integer(2), integer(2)) }),
    "an empty version": withMembers({ 0: context(0) }),
  };
  for (const [what, parts] of Object.entries(versions)) {
    it(what, () => {
      failsWith("CertificateVersionUnsupported", () => makeLeaf(intermediate, parts).parsed);
    });
  }

  it("an algorithm outside that is not the one inside", () => {
    const sha512 = signatureAlgorithm(intermediate.privateKey, "sha512");
    failsWith("CertificateAlgorithmMismatch", () => makeLeaf(intermediate, { outerAlgorithm: sha512 }).parsed);
    failsWith("CertificateAlgorithmMismatch", () => makeLeaf(intermediate, { innerAlgorithm: sha512 }).parsed);
    // the same algorithm, written otherwise: not the same bytes
    const outerAlgorithm = sequence(oid("1.2.840.10045.4.3.2"), nul());
    failsWith("CertificateAlgorithmMismatch", () => makeLeaf(intermediate, { outerAlgorithm }).parsed);
  });

  it("every prefix of a certificate", () => {
    for (let length = 0; length < leaf.der.length; length++) {
      failsWith("CertificateMalformed", () => parseCertificate(leaf.der.subarray(0, length)));
    }
  });

  it("a byte too many anywhere", () => {
    for (let at = 0; at <= leaf.der.length; at++) {
      for (const byte of [0x00, 0x01, 0x30, 0x80, 0xff, leaf.der[at] ?? 0]) {
        const longer = concatBytes(leaf.der.subarray(0, at), Uint8Array.of(byte), leaf.der.subarray(at));
        assert.equal(
          isAccepted(() => parseCertificate(longer)),
          false,
          `0x${byte.toString(16)} at ${at}`,
        );
      }
    }
  });
});

describe("signature algorithms of certificates", () => {
  const readable: Readonly<Record<string, Uint8Array>> = {
    "ECDSA with parameters": sequence(oid("1.2.840.10045.4.3.2"), nul()),
    "Ed25519 with parameters": sequence(oid("1.3.101.112"), nul()),
    "RSA with parameters other than NULL": sequence(oid("1.2.840.113549.1.1.11"), integer(5)),
    "RSA with a NULL that is not empty": sequence(oid("1.2.840.113549.1.1.11"), der(5, Uint8Array.of(0))),
    "ECDSA with SHA-1": sequence(oid("1.2.840.10045.4.1")),
    "RSA with MD5": sequence(oid("1.2.840.113549.1.1.4"), nul()),
    Ed448: sequence(oid("1.3.101.113")),
  };
  for (const [what, algorithm] of Object.entries(readable)) {
    it(`are none for ${what}`, () => {
      const parts = { innerAlgorithm: algorithm, outerAlgorithm: algorithm };
      assert.equal(makeLeaf(intermediate, parts).parsed.signatureAlgorithm, undefined);
    });
  }

  it("are malformed with a third member", () => {
    const algorithm = sequence(oid("1.2.840.113549.1.1.11"), integer(5), nul());
    const parts = { innerAlgorithm: algorithm, outerAlgorithm: algorithm };
    failsWith("CertificateMalformed", () => makeLeaf(intermediate, parts).parsed);
  });
});

describe("isSelfIssued()", () => {
  it("tells a root from what it issued", () => {
    assert.equal(isSelfIssued(root.parsed), true);
    assert.equal(isSelfIssued(intermediate.parsed), false);
  });

  it("goes by the Name, not by the key", () => {
    const key = testKey("P-256", "another root");
    const reissued = makeIntermediate(root, { key, subject: root.subject });
    assert.notDeepEqual(reissued.spki, spkiOf(root.privateKey));
    assert.equal(isSelfIssued(reissued.parsed), true);
  });
});

describe("the bytes of a certificate", () => {
  it("are views of what was given, cut where DER says", () => {
    const [tbs] = derChildren(parseDer(leaf.der));
    assert.deepEqual(leaf.parsed.tbs, tbs?.raw);
    assert.equal(leaf.parsed.der, leaf.der);
  });
});
