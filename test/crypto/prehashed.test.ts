/** verifyEd25519ph(): the vector of RFC 8032 §7.3, and what it must not take. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { verifyEd25519ph } from "../../src/crypto/prehashed.ts";
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
