/** AlgorithmIdentifiers: what is allowed, under which parameters, and that a key of another kind is never asked. */
import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import {
  readHashAlgorithm,
  readSignatureAlgorithm,
  verifyWithAlgorithm,
  type SignatureAlgorithm,
} from "../../src/crypto/signature-algorithm.ts";
import { parseDer } from "../../src/encoding/der.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { context, der, integer, nul, octetString, oid, sequence } from "../support/der-writer.ts";
import { isAccepted, refuses } from "../support/failures.ts";

type Bytes = Uint8Array;

const SHA = { sha256: "2.16.840.1.101.3.4.2.1", sha384: "2.16.840.1.101.3.4.2.2", sha512: "2.16.840.1.101.3.4.2.3" };
const SHA1 = "1.3.14.3.2.26";
const MGF1 = oid("1.2.840.113549.1.1.8");
const PSS = oid("1.2.840.113549.1.1.10");
const HASH = sequence(oid(SHA.sha256));

const read = (identifier: Bytes): SignatureAlgorithm | undefined => readSignatureAlgorithm(parseDer(identifier));

function pss(...parameters: readonly Bytes[]): Bytes {
  return sequence(PSS, sequence(...parameters));
}

const PSS_SHA256 = [context(0, HASH), context(1, sequence(MGF1, HASH)), context(2, integer(32))] as const;

describe("readHashAlgorithm()", () => {
  it("reads the three hashes, with NULL and without parameters", () => {
    for (const [name, dotted] of Object.entries(SHA)) {
      assert.equal(readHashAlgorithm(parseDer(sequence(oid(dotted)))), name);
      assert.equal(readHashAlgorithm(parseDer(sequence(oid(dotted), nul()))), name);
    }
  });

  const unknown: Readonly<Record<string, Bytes>> = {
    "SHA-1": sequence(oid(SHA1)),
    MD5: sequence(oid("1.2.840.113549.2.5"), nul()),
    "SHA-224": sequence(oid("2.16.840.1.101.3.4.2.4")),
    "SHA-256 with other parameters": sequence(oid(SHA.sha256), sequence()),
    "SHA-256 with a NULL that is not empty": sequence(oid(SHA.sha256), der(0x05, Uint8Array.of(0))),
    "SHA-256 with an empty octet string": sequence(oid(SHA.sha256), octetString(new Uint8Array())),
  };
  for (const [name, bytes] of Object.entries(unknown)) {
    it(`knows no ${name}`, () => assert.equal(readHashAlgorithm(parseDer(bytes)), undefined));
  }

  it("refuses what is no AlgorithmIdentifier", () => {
    refuses(/AlgorithmIdentifier is absent/, () => readHashAlgorithm(undefined));
    refuses(/AlgorithmIdentifier has tag/, () => readHashAlgorithm(parseDer(nul())));
    refuses(/algorithm is absent/, () => readHashAlgorithm(parseDer(sequence())));
    refuses(/extra members/, () => readHashAlgorithm(parseDer(sequence(oid(SHA.sha256), nul(), nul()))));
  });
});

describe("readSignatureAlgorithm()", () => {
  const known: Readonly<Record<string, readonly [Bytes, SignatureAlgorithm]>> = {
    "ecdsa-with-SHA256": [sequence(oid("1.2.840.10045.4.3.2")), { kind: "ecdsa", hash: "sha256" }],
    "ecdsa-with-SHA384": [sequence(oid("1.2.840.10045.4.3.3")), { kind: "ecdsa", hash: "sha384" }],
    "ecdsa-with-SHA512": [sequence(oid("1.2.840.10045.4.3.4")), { kind: "ecdsa", hash: "sha512" }],
    sha256WithRSAEncryption: [sequence(oid("1.2.840.113549.1.1.11"), nul()), { kind: "rsa", hash: "sha256" }],
    sha384WithRSAEncryption: [sequence(oid("1.2.840.113549.1.1.12"), nul()), { kind: "rsa", hash: "sha384" }],
    sha512WithRSAEncryption: [sequence(oid("1.2.840.113549.1.1.13"), nul()), { kind: "rsa", hash: "sha512" }],
    "RSA without parameters": [sequence(oid("1.2.840.113549.1.1.11")), { kind: "rsa", hash: "sha256" }],
    Ed25519: [sequence(oid("1.3.101.112")), { kind: "ed25519" }],
    "RSASSA-PSS": [pss(...PSS_SHA256), { kind: "rsa-pss", hash: "sha256" }],
    "RSASSA-PSS without salt length": [pss(...PSS_SHA256.slice(0, 2)), { kind: "rsa-pss", hash: "sha256" }],
    "RSASSA-PSS with SHA-512": [
      pss(context(0, sequence(oid(SHA.sha512))), context(1, sequence(MGF1, sequence(oid(SHA.sha512), nul())))),
      { kind: "rsa-pss", hash: "sha512" },
    ],
  };
  for (const [name, [bytes, algorithm]] of Object.entries(known)) {
    it(`reads ${name}`, () => assert.deepEqual(read(bytes), algorithm));
  }

  const [hash, mask, salt] = PSS_SHA256;
  const unknown: Readonly<Record<string, Bytes>> = {
    "ecdsa-with-SHA1": sequence(oid("1.2.840.10045.4.1")),
    "ecdsa-with-SHA224": sequence(oid("1.2.840.10045.4.3.1")),
    sha1WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.5"), nul()),
    md5WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.4"), nul()),
    "rsaEncryption, which names no hash": sequence(oid("1.2.840.113549.1.1.1"), nul()),
    "DSA with SHA-256": sequence(oid("2.16.840.1.101.3.4.3.2")),
    Ed448: sequence(oid("1.3.101.113")),
    "ECDSA with NULL": sequence(oid("1.2.840.10045.4.3.2"), nul()),
    "Ed25519 with NULL": sequence(oid("1.3.101.112"), nul()),
    "RSA with parameters": sequence(oid("1.2.840.113549.1.1.11"), sequence()),
    "an unknown one": sequence(oid("1.2.3"), nul()),
    "RSASSA-PSS without parameters, which means SHA-1": sequence(PSS),
    "RSASSA-PSS with empty parameters, which means SHA-1": pss(),
    "RSASSA-PSS with SHA-1": pss(context(0, sequence(oid(SHA1))), context(1, sequence(MGF1, sequence(oid(SHA1))))),
    "RSASSA-PSS without a hash": pss(mask, salt),
    "RSASSA-PSS without a mask": pss(hash, salt),
    "RSASSA-PSS whose mask has another hash": pss(hash, context(1, sequence(MGF1, sequence(oid(SHA.sha384)))), salt),
    "RSASSA-PSS whose mask has no hash": pss(hash, context(1, sequence(MGF1)), salt),
    "RSASSA-PSS with another mask": pss(hash, context(1, sequence(oid("1.2.3"), HASH)), salt),
    "RSASSA-PSS with a trailer field": pss(hash, mask, salt, context(3, integer(1))),
    "RSASSA-PSS with a trailer field and no salt length": pss(hash, mask, context(3, integer(1))),
    "RSASSA-PSS with a negative salt length": pss(hash, mask, context(2, integer(-1))),
  };
  for (const [name, bytes] of Object.entries(unknown)) {
    it(`knows no ${name}`, () => assert.equal(read(bytes), undefined));
  }

  const malformed: Readonly<Record<string, readonly [RegExp, Bytes]>> = {
    "a third member": [/extra members/, sequence(oid("1.2.840.113549.1.1.11"), nul(), nul())],
    "a third member behind a second that says nothing": [/extra/, sequence(oid("1.2.840.10045.4.3.2"), nul(), nul())],
    "no identifier": [/algorithm is absent/, sequence()],
    "another type as identifier": [/algorithm has tag/, sequence(octetString(Uint8Array.of(1)))],
    "RSASSA-PSS parameters that are no sequence": [/PSS-params has tag/, sequence(PSS, nul())],
    "two hashes in one place": [/extra members/, pss(context(0, HASH, HASH), mask, salt)],
    "two masks in one place": [/extra members/, pss(hash, context(1, sequence(MGF1, HASH), HASH), salt)],
    "two salt lengths": [/extra members/, pss(hash, mask, context(2, integer(1), integer(1)))],
    "an empty hash": [/is absent/, pss(context(0), mask, salt)],
    "an empty mask": [/is absent/, pss(hash, context(1), salt)],
    "an empty salt length": [/saltLength is absent/, pss(hash, mask, context(2))],
    "a salt length that is no number": [/saltLength has tag/, pss(hash, mask, context(2, nul()))],
    "a mask with a third member": [/extra members/, pss(hash, context(1, sequence(MGF1, HASH, nul())), salt)],
  };
  for (const [name, [reason, bytes]] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => refuses(reason, () => read(bytes)));
  }

  it("refuses every prefix, and a byte inserted anywhere makes it no algorithm", () => {
    for (const [, [bytes]] of Object.entries(known)) {
      for (let at = 0; at < bytes.length; at += 1) {
        assert.ok(!isAccepted(() => read(bytes.subarray(0, at))));
        const longer = Uint8Array.of(...bytes.subarray(0, at), 0, ...bytes.subarray(at));
        assert.ok(!isAccepted(() => read(longer)), `at ${at}`);
      }
    }
  });

  it("makes no other allowed algorithm of a flipped bit, but between the hashes of one kind", () => {
    const kinds = new Set<string>();
    for (const [, [bytes, algorithm]] of Object.entries(known)) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        let other: SignatureAlgorithm | undefined;
        if (isAccepted(() => void (other = read(flipped))) && other !== undefined) {
          kinds.add(`${algorithm.kind} ${other.kind}`);
        }
      }
    }
    assert.deepEqual([...kinds].toSorted(), ["ecdsa ecdsa", "rsa rsa", "rsa-pss rsa-pss"]);
  });
});

describe("verifyWithAlgorithm()", () => {
  const message = encodeUtf8("message");
  const pairs = {
    ecdsa: generateKeyPairSync("ec", { namedCurve: "P-384" }),
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ed25519: generateKeyPairSync("ed25519"),
  };
  const keys = Object.fromEntries(
    Object.entries(pairs).map(([kind, { publicKey }]) => [
      kind,
      parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" })),
    ]),
  );
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const cases: readonly (readonly [SignatureAlgorithm, keyof typeof pairs, Bytes])[] = [
    [{ kind: "ecdsa", hash: "sha256" }, "ecdsa", sign("sha256", message, pairs.ecdsa.privateKey)],
    [{ kind: "ecdsa", hash: "sha512" }, "ecdsa", sign("sha512", message, pairs.ecdsa.privateKey)],
    [{ kind: "rsa", hash: "sha384" }, "rsa", sign("sha384", message, pairs.rsa.privateKey)],
    [{ kind: "rsa-pss", hash: "sha256" }, "rsa", sign("sha256", message, { key: pairs.rsa.privateKey, padding })],
    [{ kind: "ed25519" }, "ed25519", sign(null, message, pairs.ed25519.privateKey)],
  ];

  for (const [algorithm, kind, signature] of cases) {
    it(`accepts ${JSON.stringify(algorithm)} by its own key over this message, and by no other algorithm`, () => {
      for (const [other, key] of Object.entries(keys)) {
        assert.equal(verifyWithAlgorithm(algorithm, key, message, signature), other === kind, other);
        assert.ok(!verifyWithAlgorithm(algorithm, key, encodeUtf8("Message"), signature));
      }
      for (const [another] of cases) {
        const key = keys[kind] ?? assert.fail();
        assert.equal(verifyWithAlgorithm(another, key, message, signature), another === algorithm);
      }
    });
  }
});
