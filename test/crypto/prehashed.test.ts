/** Ed25519ph by the vector of RFC 8032 §7.3, signatures over a bare digest beside OpenSSL, and what neither must take. */
import assert from "node:assert/strict";
import { constants, generateKeyPairSync, privateEncrypt, sign } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { verifyDigestSignature, verifyEd25519ph } from "../../src/crypto/prehashed.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { decodeHex } from "../../src/encoding/hex.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";
import { integer, sequence } from "../support/der-writer.ts";

const MESSAGE = encodeUtf8("abc");
const RAW_KEY = decodeHex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", 32);
const SIGNATURE = decodeHex(
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
  64,
);
/** DigestInfo of a SHA-256 digest up to the digest (RFC 8017 §9.2). */
const SHA256_INFO = Uint8Array.from(decodeHex("3031300d060960864801650304020105000420", 19));
const KEY = parsePublicKeySpki(concatBytes(decodeHex("302a300506032b6570032100", 12), RAW_KEY));

describe("verifyEd25519ph()", () => {
  it("accepts the vector of RFC 8032 §7.3, and not over another message", () => {
    assert.ok(verifyEd25519ph(KEY, MESSAGE, SIGNATURE));
    assert.ok(!verifyEd25519ph(KEY, encodeUtf8("abd"), SIGNATURE));
  });

  it("refuses every flipped bit, every prefix and a byte behind", () => {
    for (let index = 0; index < SIGNATURE.length; index += 1) {
      const flipped = Uint8Array.from(SIGNATURE, (byte, at) => (at === index ? byte ^ 0x01 : byte));
      assert.ok(!verifyEd25519ph(KEY, MESSAGE, flipped));
      assert.ok(!verifyEd25519ph(KEY, MESSAGE, SIGNATURE.subarray(0, index)));
    }
    assert.ok(!verifyEd25519ph(KEY, MESSAGE, concatBytes(SIGNATURE, Uint8Array.of(0))));
  });

  it("refuses a byte inserted anywhere", () => {
    for (let at = 0; at <= SIGNATURE.length; at += 1) {
      const grown = concatBytes(SIGNATURE.subarray(0, at), Uint8Array.of(0), SIGNATURE.subarray(at));
      assert.ok(!verifyEd25519ph(KEY, MESSAGE, grown));
    }
  });

  it("refuses the same s with the order of the group added (RFC 8032 §5.1.7)", () => {
    const order = (1n << 252n) + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(SIGNATURE.subarray(32)).reverse().toString("hex")}`);
    const larger = Buffer.from((s + order).toString(16).padStart(64, "0"), "hex").reverse();
    assert.ok(!verifyEd25519ph(KEY, MESSAGE, concatBytes(SIGNATURE.subarray(0, 32), larger)));
  });

  it("refuses the key of order one, under which one signature would hold for every message", () => {
    const identity = concatBytes(Uint8Array.of(1), new Uint8Array(31));
    const key = parsePublicKeySpki(concatBytes(decodeHex("302a300506032b6570032100", 12), identity));
    // R = [0]B and s = 0: the equation holds whatever the message
    assert.ok(!verifyEd25519ph(key, MESSAGE, concatBytes(identity, new Uint8Array(32))));
  });

  it("refuses a signature with a context, and one over the hash as message", () => {
    const secret = Uint8Array.from({ length: 32 }, (_, at) => at);
    const raw = ed25519ph.getPublicKey(secret);
    const key = parsePublicKeySpki(concatBytes(decodeHex("302a300506032b6570032100", 12), raw));
    assert.ok(verifyEd25519ph(key, MESSAGE, ed25519ph.sign(MESSAGE, secret)));
    assert.ok(!verifyEd25519ph(key, MESSAGE, ed25519ph.sign(MESSAGE, secret, { context: encodeUtf8("c") })));
    assert.ok(!verifyEd25519ph(key, MESSAGE, ed25519ph.sign(sha256(MESSAGE), secret)));
  });

  it("refuses a pure Ed25519 signature, and a key of another type", () => {
    const pair = generateKeyPairSync("ed25519");
    const key = parsePublicKeySpki(pair.publicKey.export({ type: "spki", format: "der" }));
    assert.ok(!verifyEd25519ph(key, MESSAGE, sign(null, MESSAGE, pair.privateKey)));
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" });
    assert.ok(!verifyEd25519ph(parsePublicKeySpki(ec), MESSAGE, SIGNATURE));
  });
});

describe("verifyDigestSignature()", () => {
  const digest = sha256(MESSAGE);
  const pairs = {
    "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
    "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
    "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
    RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  };
  for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
    const key = parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" }));

    it(`accepts what OpenSSL signed with ${name} over the message of that digest, and no other`, () => {
      const signature = sign("sha256", MESSAGE, privateKey);
      assert.ok(verifyDigestSignature(key, digest, signature));
      assert.ok(!verifyDigestSignature(key, sha256(encodeUtf8("abd")), signature));
      assert.ok(!verifyDigestSignature(key, digest.subarray(1), signature));
    });

    it(`refuses with ${name} another hash, a cut signature and one with a byte behind`, () => {
      const signature = sign("sha256", MESSAGE, privateKey);
      assert.ok(!verifyDigestSignature(key, digest, sign("sha512", MESSAGE, privateKey)));
      assert.ok(!verifyDigestSignature(key, digest, signature.subarray(1)));
      assert.ok(!verifyDigestSignature(key, digest, concatBytes(signature, Uint8Array.of(0))));
      assert.ok(!verifyDigestSignature(key, digest, new Uint8Array()));
    });
  }

  const p256 = parsePublicKeySpki(pairs["P-256"].publicKey.export({ type: "spki", format: "der" }));

  it("takes a signature with high s", () => {
    // of eight random signatures some have one
    for (let i = 0; i < 8; i += 1)
      assert.ok(verifyDigestSignature(p256, digest, sign("sha256", MESSAGE, pairs["P-256"].privateKey)));
  });

  it("refuses an ECDSA signature cut, grown or changed in any bit", () => {
    const signature = Uint8Array.from(sign("sha256", MESSAGE, pairs["P-256"].privateKey));
    for (let at = 0; at < signature.length; at += 1) {
      assert.ok(!verifyDigestSignature(p256, digest, signature.subarray(0, at)));
      const grown = concatBytes(signature.subarray(0, at), Uint8Array.of(0), signature.subarray(at));
      assert.ok(!verifyDigestSignature(p256, digest, grown));
      const flipped = signature.map((byte, index) => (index === at ? byte ^ (1 << (at & 7)) : byte));
      assert.ok(!verifyDigestSignature(p256, digest, flipped));
    }
  });

  it("refuses ECDSA numbers that are zero, the order of the group, or giant", () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    for (const [r, s] of [
      [0n, 1n],
      [1n, 0n],
      [order, 1n],
      [1n, order],
      [1n << 60_000n, 1n],
    ] as const) {
      assert.ok(!verifyDigestSignature(p256, digest, sequence(integer(r), integer(s))));
    }
  });

  const infos: Readonly<Record<string, readonly [boolean, Uint8Array]>> = {
    "the digest as DER says": [true, concatBytes(SHA256_INFO, digest)],
    "the digest alone": [false, digest],
    "a byte behind the digest": [false, concatBytes(SHA256_INFO, digest, Uint8Array.of(0))],
    "a digest info without NULL": [
      false,
      concatBytes(decodeHex("302f300b0609608648016503040201", 15), decodeHex("0420", 2), digest),
    ],
    "the name of another hash": [false, concatBytes(SHA256_INFO.with(14, 2), digest)],
    "a digest of another message": [false, concatBytes(SHA256_INFO, sha256(encodeUtf8("abd")))],
    nothing: [false, new Uint8Array()],
  };
  for (const [name, [isAccepted, content]] of Object.entries(infos)) {
    it(`${isAccepted ? "accepts" : "refuses"} RSA over ${name}`, () => {
      const { publicKey, privateKey } = pairs.RSA;
      const key = parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" }));
      const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, content);
      assert.equal(verifyDigestSignature(key, digest, signature), isAccepted);
    });
  }

  it("refuses RSA padding that is cut short to make room behind the digest, and RSA-PSS", () => {
    const { publicKey, privateKey } = pairs.RSA;
    const key = parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" }));
    const block = Buffer.alloc(256, 0xff);
    block.set([0, 1, ...new Uint8Array(8).fill(0xff), 0, ...SHA256_INFO, ...digest]);
    const short = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
    assert.ok(!verifyDigestSignature(key, digest, short));
    const pss = sign("sha256", MESSAGE, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING });
    assert.ok(!verifyDigestSignature(key, digest, pss));
  });

  it("refuses Ed25519, which signs messages only", () => {
    assert.ok(!verifyDigestSignature(KEY, digest, SIGNATURE));
  });
});
