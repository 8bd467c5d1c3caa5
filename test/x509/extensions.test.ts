import assert from "node:assert/strict";
import type { Certificate } from "../../src/x509/certificate.ts";
import {
  boolean,
  bitString,
  context,
  contextPrimitive,
  der,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
} from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { makeLeaf, makeRoot, type CertificateParts } from "../support/x509/certificate.ts";
import {
  authorityKeyId,
  basicConstraints,
  extendedKeyUsage,
  extension,
  EXTENSION,
  keyUsage,
  PURPOSE,
  subjectKeyId,
} from "../support/x509/extension.ts";

const root = makeRoot();
const FALSE = boolean(false);
const LOOSE_TRUE = der(1, Uint8Array.of(1));

function leafWith(extensions: CertificateParts["extensions"]): Certificate {
  return makeLeaf(root, { extensions: { ...extensions } }).parsed;
}

/** A leaf whose [3] member is `content`. */
function listed(...content: readonly Uint8Array[]): CertificateParts {
  return { tbs: (members) => [...members.slice(0, 7), context(3, ...content)] };
}

describe("the list of extensions", () => {
  const refused: Readonly<Record<string, CertificateParts>> = {
    "an empty list": listed(sequence()),
    "no list": listed(),
    "two lists": listed(sequence(subjectKeyId(root.keyId)), sequence()),
    "a SET": listed(der(0x31, subjectKeyId(root.keyId))),
    "an extension without value": listed(sequence(sequence(oid("1.2.3")))),
    "an extension of four members": listed(
      sequence(sequence(oid("1.2.3"), boolean(true), octetString(root.keyId), FALSE)),
    ),
    "critical after the value": listed(sequence(sequence(oid("1.2.3"), octetString(root.keyId), boolean(true)))),
    "critical twice": listed(sequence(sequence(oid("1.2.3"), boolean(true), boolean(true)))),
    "critical, but false, which DER leaves out": listed(
      sequence(sequence(oid("1.2.3"), FALSE, octetString(root.keyId))),
    ),
    "critical by another byte than ff": listed(sequence(sequence(oid("1.2.3"), LOOSE_TRUE, octetString(root.keyId)))),
    "critical by two bytes": listed(
      sequence(sequence(oid("1.2.3"), der(1, Uint8Array.of(0xff, 0xff)), octetString(root.keyId))),
    ),
    "critical by no byte": listed(sequence(sequence(oid("1.2.3"), der(1), octetString(root.keyId)))),
    "a value that is no OCTET STRING": listed(sequence(sequence(oid("1.2.3"), bitString(root.keyId)))),
    "an identifier that is a number": listed(sequence(sequence(integer(1), octetString(root.keyId)))),
    "nothing in an extension": listed(sequence(sequence())),
  };
  for (const [what, parts] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      failsWith("CertificateMalformed", () => makeLeaf(root, parts).parsed);
    });
  }

  it("reject list: duplicate extension, known or not, equal or not", () => {
    const unknown = extension("1.2.3", new Uint8Array());
    for (const extra of [[subjectKeyId(root.keyId)], [extendedKeyUsage([PURPOSE.any])], [unknown, unknown]]) {
      failsWith("CertificateExtensionDuplicate", () => makeLeaf(root, { extra }).parsed);
    }
  });
});

describe("basicConstraints", () => {
  const sound: readonly (readonly [string, Uint8Array, Certificate["basicConstraints"]])[] = [
    ["nothing written", basicConstraints(false), { isCa: false }],
    ["an authority", basicConstraints(true), { isCa: true }],
    ["an authority with a path length", basicConstraints(true, 0), { isCa: true, pathLength: 0 }],
    ["a path length of 255", basicConstraints(true, 255), { isCa: true, pathLength: 255 }],
    ["a path length without an authority", basicConstraints(false, 1), { isCa: false, pathLength: 1 }],
  ];
  for (const [what, value, expected] of sound) {
    it(`are read: ${what}`, () => {
      assert.deepEqual(leafWith({ basicConstraints: value }).basicConstraints, expected);
    });
  }

  const unsound: Readonly<Record<string, Uint8Array>> = {
    "cA false, which DER leaves out": sequence(FALSE),
    "cA by another byte than ff": sequence(LOOSE_TRUE),
    "a negative path length": sequence(boolean(true), integer(-1)),
    "a path length of 256": sequence(boolean(true), integer(256)),
    "a third member": sequence(boolean(true), integer(1), integer(1)),
    "the path length first": sequence(integer(1), boolean(true)),
    "no SEQUENCE": boolean(true),
    "trailing bytes": Uint8Array.of(0x30, 0, 0),
    nothing: new Uint8Array(),
  };
  for (const [what, value] of Object.entries(unsound)) {
    it(`are refused: ${what}`, () => {
      const changed = extension(EXTENSION.basicConstraints, value);
      failsWith("CertificateMalformed", () => leafWith({ basicConstraints: changed }));
    });
  }
});

describe("keyUsage", () => {
  it("tells signing from certifying", () => {
    const all = ["digitalSignature", "keyEncipherment", "keyCertSign", "cRLSign", "decipherOnly"] as const;
    for (const usages of [...all.map((usage) => [usage]), ["digitalSignature", "keyCertSign"] as const, all]) {
      assert.deepEqual(leafWith({ keyUsage: keyUsage(usages) }).keyUsage, {
        digitalSignature: usages.includes("digitalSignature"),
        keyCertSign: usages.includes("keyCertSign"),
      });
    }
  });

  const unsound: Readonly<Record<string, Uint8Array>> = {
    "no bits": namedBits(),
    "no bits, some of them unused": bitString(new Uint8Array(), 3),
    "no content": der(3),
    "eight unused bits": bitString(Uint8Array.of(0x80), 8),
    "as many unused bits as make a whole turn": bitString(Uint8Array.of(0x80), 32),
    "a bit beyond its end": bitString(Uint8Array.of(0x81), 7),
    "a bit beyond its end in the second byte": bitString(Uint8Array.of(0x80, 0x81), 7),
    "three bytes of bits": bitString(Uint8Array.of(0x80, 0, 1)),
    "an OCTET STRING": octetString(Uint8Array.of(7, 0x80)),
  };
  for (const [what, value] of Object.entries(unsound)) {
    it(`is refused: ${what}`, () => {
      failsWith("CertificateMalformed", () => leafWith({ keyUsage: extension(EXTENSION.keyUsage, value, true) }));
    });
  }
});

describe("extKeyUsage", () => {
  it("gives the purposes and whether they bind", () => {
    const purposes = [PURPOSE.serverAuth, PURPOSE.codeSigning];
    for (const critical of [true, false]) {
      const { extendedKeyUsage: read } = leafWith({ extendedKeyUsage: extendedKeyUsage(purposes, critical) });
      assert.deepEqual(read, { critical, purposes });
    }
  });

  const unsound: Readonly<Record<string, Uint8Array>> = {
    "no purpose": sequence(),
    "a purpose that is a number": sequence(integer(1)),
    "no SEQUENCE": oid(PURPOSE.codeSigning),
  };
  for (const [what, value] of Object.entries(unsound)) {
    it(`is refused: ${what}`, () => {
      const changed = extension(EXTENSION.extendedKeyUsage, value);
      failsWith("CertificateMalformed", () => leafWith({ extendedKeyUsage: changed }));
    });
  }
});

describe("key identifiers", () => {
  const issuer = context(1, context(4, root.subject));
  const serial = contextPrimitive(2, Uint8Array.of(1));

  it("are read, beside an issuer and a serial number that decide nothing", () => {
    const certificate = leafWith({
      subjectKeyId: subjectKeyId(Uint8Array.of(1, 2)),
      authorityKeyId: extension(
        EXTENSION.authorityKeyId,
        sequence(contextPrimitive(0, Uint8Array.of(3)), issuer, serial),
      ),
    });
    assert.deepEqual([certificate.subjectKeyId, certificate.authorityKeyId], [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    const without = leafWith({ authorityKeyId: extension(EXTENSION.authorityKeyId, sequence(issuer, serial)) });
    assert.equal(without.authorityKeyId, undefined);
    assert.deepEqual(leafWith({ authorityKeyId: authorityKeyId(new Uint8Array()) }).authorityKeyId, new Uint8Array());
  });

  const keyId = contextPrimitive(0, Uint8Array.of(1));
  const unsound: Readonly<Record<string, CertificateParts["extensions"]>> = {
    "a subject's that is no OCTET STRING": { subjectKeyId: extension(EXTENSION.subjectKeyId, keyId) },
    "an authority's twice": { authorityKeyId: extension(EXTENSION.authorityKeyId, sequence(keyId, keyId)) },
    "an authority's after its issuer": { authorityKeyId: extension(EXTENSION.authorityKeyId, sequence(issuer, keyId)) },
    "a member of the authority's that is unknown": {
      authorityKeyId: extension(EXTENSION.authorityKeyId, sequence(contextPrimitive(3, Uint8Array.of(1)))),
    },
    "an authority's that is constructed": {
      authorityKeyId: extension(EXTENSION.authorityKeyId, sequence(context(0, octetString(Uint8Array.of(1))))),
    },
  };
  for (const [what, extensions] of Object.entries(unsound)) {
    it(`are refused: ${what}`, () => {
      failsWith("CertificateMalformed", () => leafWith(extensions));
    });
  }
});
