/** verifySignature(): every algorithm accepts its own signature; malformed ones are false, never a throw. */
import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import { parsePublicKeySpki, type PublicKey } from "../../src/crypto/public-key.ts";
import { defaultHash, verifyRsaPss, verifySignature } from "../../src/crypto/signature.ts";
import { encodeDer, TAG } from "../../src/encoding/der.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";

const MESSAGE = encodeUtf8("message");
const PAIRS = {
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ed25519: generateKeyPairSync("ed25519"),
};

function keyOf(name: keyof typeof PAIRS): PublicKey {
  return parsePublicKeySpki(PAIRS[name].publicKey.export({ type: "spki", format: "der" }));
}

describe("verifySignature()", () => {
  for (const name of ["p256", "p384", "p521", "rsa", "ed25519"] as const) {
    const key = keyOf(name);
    const hash = defaultHash(key.algorithm);
    const signature = sign(name === "ed25519" ? null : hash, MESSAGE, PAIRS[name].privateKey);

    it(`accepts ${name} over the message and over no other`, () => {
      assert.ok(verifySignature(key, MESSAGE, signature, hash));
      assert.ok(!verifySignature(key, encodeUtf8("Message"), signature, hash));
    });

    it(`refuses every prefix of a ${name} signature, and a byte behind it`, () => {
      for (let length = 0; length < signature.length; length += 1) {
        assert.ok(!verifySignature(key, MESSAGE, signature.subarray(0, length), hash));
      }
      assert.ok(!verifySignature(key, MESSAGE, concatBytes(signature, Uint8Array.of(0)), hash));
    });
  }

  const p256 = keyOf("p256");
  const integer = (...bytes: number[]): Uint8Array => encodeDer(TAG.integer, Uint8Array.from(bytes));
  const refused: Readonly<Record<string, Uint8Array>> = {
    "an IEEE P1363 signature": sign("sha256", MESSAGE, { key: PAIRS.p256.privateKey, dsaEncoding: "ieee-p1363" }),
    "r and s of zero": encodeDer(TAG.sequence, integer(0), integer(0)),
    "a negative r": encodeDer(TAG.sequence, integer(0x80), integer(1)),
    "a padded integer": encodeDer(TAG.sequence, integer(0, 1), integer(1)),
    "three integers": encodeDer(TAG.sequence, integer(1), integer(1), integer(1)),
    "one integer": encodeDer(TAG.sequence, integer(1)),
    "more than 8 KiB": new Uint8Array(8193),
    nothing: new Uint8Array(0),
  };
  for (const [name, signature] of Object.entries(refused)) {
    it(`refuses ${name}`, () => assert.ok(!verifySignature(p256, MESSAGE, signature, "sha256")));
  }

  it("holds ECDSA to the named hash", () => {
    const signature = sign("sha384", MESSAGE, PAIRS.p256.privateKey);
    assert.ok(!verifySignature(p256, MESSAGE, signature, "sha256"));
    assert.ok(verifySignature(p256, MESSAGE, signature, "sha384"));
  });

  it("takes RSA with PKCS #1 v1.5 alone", () => {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign("sha256", MESSAGE, { key: PAIRS.rsa.privateKey, padding });
    assert.ok(!verifySignature(keyOf("rsa"), MESSAGE, signature, "sha256"));
  });
});

describe("verifyRsaPss()", () => {
  const key = keyOf("rsa");
  const pss = (hash: string, saltLength: number): Uint8Array =>
    sign(hash, MESSAGE, { key: PAIRS.rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

  it("accepts a salt of any length, over the message and over no other", () => {
    for (const saltLength of [0, 20, 32, 64]) {
      assert.ok(verifyRsaPss(key, MESSAGE, pss("sha256", saltLength), "sha256"));
      assert.ok(!verifyRsaPss(key, encodeUtf8("Message"), pss("sha256", saltLength), "sha256"));
    }
  });

  it("refuses PKCS#1 v1.5, another hash, an empty signature and keys of another type", () => {
    assert.ok(!verifyRsaPss(key, MESSAGE, sign("sha256", MESSAGE, PAIRS.rsa.privateKey), "sha256"));
    assert.ok(!verifyRsaPss(key, MESSAGE, pss("sha384", 32), "sha256"));
    assert.ok(!verifyRsaPss(key, MESSAGE, new Uint8Array(), "sha256"));
    assert.ok(!verifyRsaPss(keyOf("p256"), MESSAGE, sign("sha256", MESSAGE, PAIRS.p256.privateKey), "sha256"));
  });
});
