/** verifySignature(): every algorithm accepts its own signature; malformed ones are false, never a throw. */
import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign } from "node:crypto";
import { parsePublicKeyPkcs1, parsePublicKeySpki, type PublicKey } from "../../src/crypto/public-key.ts";
import { defaultHash, isEcdsaDer, verifyRsaPss, verifySignature } from "../../src/crypto/signature.ts";
import { derBitString, derInteger, derSequence, encodeDer, parseDer, TAG } from "../../src/encoding/der.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";
import { integer, sequence } from "../support/der-writer.ts";

const MESSAGE = encodeUtf8("message");
const PAIRS = {
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ed25519: generateKeyPairSync("ed25519"),
};

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

function ecdsa(r: bigint, s: bigint): Uint8Array {
  return sequence(integer(r), integer(s));
}

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

  it("refuses an ECDSA signature with a byte inserted anywhere, or any bit changed", () => {
    const key = keyOf("p256");
    const signature = sign("sha256", MESSAGE, PAIRS.p256.privateKey);
    for (let at = 0; at <= signature.length; at += 1) {
      const grown = concatBytes(signature.subarray(0, at), Uint8Array.of(0), signature.subarray(at));
      assert.ok(!verifySignature(key, MESSAGE, grown, "sha256"), `at ${at}`);
    }
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Uint8Array.from(signature, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      assert.ok(!verifySignature(key, MESSAGE, flipped, "sha256"), `bit ${bit}`);
    }
  });

  it("takes n - s for s, as the standard has it: signatures name nothing", () => {
    const signature = parseDer(sign("sha256", MESSAGE, PAIRS.p256.privateKey));
    const [r, s] = derSequence(signature, "signature");
    const other = P256_ORDER - derInteger(s, "s");
    assert.ok(verifySignature(keyOf("p256"), MESSAGE, ecdsa(derInteger(r, "r"), other), "sha256"));
  });

  it("refuses the same numbers with the order of the group added", () => {
    const [r, s] = derSequence(parseDer(sign("sha256", MESSAGE, PAIRS.p256.privateKey)), "signature");
    const [left, right] = [derInteger(r, "r"), derInteger(s, "s")];
    assert.ok(verifySignature(keyOf("p256"), MESSAGE, ecdsa(left, right), "sha256"));
    assert.ok(!verifySignature(keyOf("p256"), MESSAGE, ecdsa(left + P256_ORDER, right), "sha256"));
    assert.ok(!verifySignature(keyOf("p256"), MESSAGE, ecdsa(left, right + P256_ORDER), "sha256"));
  });

  it("refuses an Ed25519 signature with the order of the group added to its s (RFC 8032 §5.1.7)", () => {
    const signature = sign(null, MESSAGE, PAIRS.ed25519.privateKey);
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`);
    const larger = Buffer.from((s + ED25519_ORDER).toString(16).padStart(64, "0"), "hex").reverse();
    assert.ok(!verifySignature(keyOf("ed25519"), MESSAGE, concatBytes(signature.subarray(0, 32), larger), "sha512"));
  });

  const sha256Info = (digest: Uint8Array): Uint8Array =>
    concatBytes(Buffer.from("3031300d060960864801650304020105000420", "hex"), digest);
  const digest = createHash("sha256").update(MESSAGE).digest();
  const padded: Readonly<Record<string, readonly [boolean, Uint8Array]>> = {
    "the digest as DER says": [true, sha256Info(digest)],
    "the digest alone": [false, digest],
    "a byte behind the digest": [false, concatBytes(sha256Info(digest), Uint8Array.of(0))],
    "a digest of another message": [false, sha256Info(createHash("sha256").update("other").digest())],
    "the name of another hash": [
      false,
      concatBytes(Buffer.from("3031300d060960864801650304020205000420", "hex"), digest),
    ],
    "a sequence with trailing content": [
      false,
      concatBytes(Buffer.from("3033300d060960864801650304020105000420", "hex"), digest, Uint8Array.of(5, 0)),
    ],
    nothing: [false, new Uint8Array()],
  };
  for (const [name, [isAccepted, content]] of Object.entries(padded)) {
    it(`${isAccepted ? "accepts" : "refuses"} RSA over ${name}`, () => {
      const signature = privateEncrypt({ key: PAIRS.rsa.privateKey, padding: constants.RSA_PKCS1_PADDING }, content);
      assert.equal(verifySignature(keyOf("rsa"), MESSAGE, signature, "sha256"), isAccepted);
    });
  }

  it("refuses RSA padding that is cut short to make room behind the digest", () => {
    const block = Buffer.alloc(256, 0xff);
    const info = sha256Info(digest);
    block.set([0, 1, ...new Uint8Array(8).fill(0xff), 0, ...info]);
    const signature = privateEncrypt({ key: PAIRS.rsa.privateKey, padding: constants.RSA_NO_PADDING }, block);
    assert.ok(!verifySignature(keyOf("rsa"), MESSAGE, signature, "sha256"));
  });

  const p256 = keyOf("p256");
  const raw = (...bytes: number[]): Uint8Array => encodeDer(TAG.integer, Uint8Array.from(bytes));
  const refused: Readonly<Record<string, Uint8Array>> = {
    "an IEEE P1363 signature": sign("sha256", MESSAGE, { key: PAIRS.p256.privateKey, dsaEncoding: "ieee-p1363" }),
    "r and s of zero": encodeDer(TAG.sequence, raw(0), raw(0)),
    "a negative r": encodeDer(TAG.sequence, raw(0x80), raw(1)),
    "a padded integer": encodeDer(TAG.sequence, raw(0, 1), raw(1)),
    "three integers": encodeDer(TAG.sequence, raw(1), raw(1), raw(1)),
    "one integer": encodeDer(TAG.sequence, raw(1)),
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

  it("refuses every prefix, a byte behind, and more than 8 KiB", () => {
    const signature = pss("sha256", 32);
    for (let length = 0; length < signature.length; length += 1) {
      assert.ok(!verifyRsaPss(key, MESSAGE, signature.subarray(0, length), "sha256"));
    }
    assert.ok(!verifyRsaPss(key, MESSAGE, concatBytes(signature, Uint8Array.of(0)), "sha256"));
    assert.ok(!verifyRsaPss(key, MESSAGE, new Uint8Array(8193), "sha256"));
  });

  it("refuses a mask by another hash than the message's", () => {
    const mixed = generateKeyPairSync("rsa-pss", {
      modulusLength: 2048,
      hashAlgorithm: "sha256",
      mgf1HashAlgorithm: "sha384",
    });
    const [, pkcs1] = derSequence(parseDer(mixed.publicKey.export({ type: "spki", format: "der" })), "key");
    const plain = parsePublicKeyPkcs1(derBitString(pkcs1, "key"));
    assert.ok(!verifyRsaPss(plain, MESSAGE, sign("sha256", MESSAGE, mixed.privateKey), "sha256"));
  });

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

describe("isEcdsaDer()", () => {
  it("says no to what is no signature, and hides no defect", () => {
    assert.ok(isEcdsaDer(ecdsa(1n, 1n)));
    assert.ok(!isEcdsaDer(encodeDer(TAG.null)));
    assert.throws(() => isEcdsaDer(undefined as unknown as Uint8Array), TypeError);
  });
});

describe("defaultHash()", () => {
  it("is the curve's own, SHA-256 for RSA, SHA-512 for Ed25519 (verification-spec §3.2)", () => {
    const hashes = Object.keys(PAIRS).map((name) => defaultHash(keyOf(name as keyof typeof PAIRS).algorithm));
    assert.deepEqual(hashes, ["sha256", "sha384", "sha512", "sha256", "sha512"]);
  });
});
