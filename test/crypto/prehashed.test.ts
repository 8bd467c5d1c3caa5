/** Ed25519ph by the vector of RFC 8032 §7.3, signatures over a bare digest beside OpenSSL, and what neither must take. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { verifyDigestSignature, verifyEd25519ph } from "../../src/crypto/prehashed.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { decodeHex } from "../../src/encoding/hex.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";

const MESSAGE = encodeUtf8("abc");
const RAW_KEY = decodeHex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", 32);
const SIGNATURE = decodeHex(
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
  64,
);
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

  it("takes a compressed point, and a signature with high s", () => {
    const { publicKey, privateKey } = pairs["P-256"];
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const isOdd = ((Buffer.from(y, "base64url").at(-1) ?? 0) & 1) === 1;
    const head = decodeHex("3039301306072a8648ce3d020106082a8648ce3d030107032200", 26);
    const spki = concatBytes(head, Uint8Array.of(isOdd ? 3 : 2), Buffer.from(x, "base64url"));
    const key = parsePublicKeySpki(spki);
    // of eight random signatures some have a high s
    for (let i = 0; i < 8; i += 1) assert.ok(verifyDigestSignature(key, digest, sign("sha256", MESSAGE, privateKey)));
  });

  it("refuses Ed25519, which signs messages only", () => {
    assert.ok(!verifyDigestSignature(KEY, digest, SIGNATURE));
  });
});
