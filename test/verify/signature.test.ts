/** verifyContentSignature(): hash choices of verification-spec §3.2, and the message of a message signature. */
import assert from "node:assert/strict";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { preAuthEncoding } from "../../src/sigstore/dsse.ts";
import { entityFromBundle, entityFromCosignLayer } from "../../src/verify/entity.ts";
import { verifyContentSignature } from "../../src/verify/signature.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import {
  ARTIFACT,
  cosignAnnotations,
  dsseBundle,
  json,
  KEYS,
  MANIFEST,
  messageBundle,
  OTHER_DIGEST,
  signBytes,
  simpleSigning,
  statement,
} from "./fixtures.ts";

type KeyName = keyof typeof KEYS;

describe("verifyContentSignature()", () => {
  const payload = json(simpleSigning());

  const legacyRows: readonly [KeyName, string | null, boolean][] = [
    ["p256", "sha256", true],
    ["p256", "sha384", false],
    ["p384", "sha384", true],
    ["p384", "sha256", true],
    ["p384", "sha512", false],
    ["p521", "sha512", true],
    ["p521", "sha256", true],
    ["rsa", "sha256", true],
    ["rsa", "sha512", false],
    ["ed25519", null, true],
  ];
  for (const [name, hash, accepted] of legacyRows) {
    it(`${accepted ? "accepts" : "refuses"} a legacy payload signed by ${name} with ${hash ?? "no"} hash`, () => {
      const entity = entityFromCosignLayer(payload, cosignAnnotations(signBytes(payload, KEYS[name], hash)));
      assert.equal(
        isAccepted(() => verifyContentSignature(entity, KEYS[name].key, ARTIFACT)),
        accepted,
      );
    });
  }

  const bundleRows: readonly [KeyName, string | null, boolean][] = [
    ["p256", "sha256", true],
    ["p384", "sha384", true],
    ["p384", "sha256", false],
    ["p521", "sha512", true],
    ["rsa", "sha256", true],
    ["ed25519", null, true],
  ];
  for (const [name, hash, accepted] of bundleRows) {
    it(`${accepted ? "accepts" : "refuses"} a bundle signed by ${name} with ${hash ?? "no"} hash`, () => {
      const entity = entityFromBundle(json(dsseBundle(json(statement()), KEYS[name], hash)));
      assert.equal(
        isAccepted(() => verifyContentSignature(entity, KEYS[name].key, ARTIFACT)),
        accepted,
      );
    });
  }

  it("takes Ed25519ph for a legacy payload and never for DSSE", () => {
    const secret = KEYS.ed25519.privateKey.export({ format: "jwk" }).d ?? "";
    const prehashed = (bytes: Uint8Array): Uint8Array => ed25519ph.sign(bytes, Buffer.from(secret, "base64url"));
    const entity = entityFromCosignLayer(payload, cosignAnnotations(prehashed(payload)));
    verifyContentSignature(entity, KEYS.ed25519.key, ARTIFACT);
    const dsse = entityFromBundle(json(dsseBundle(json(statement()), KEYS.ed25519, null)));
    const message = preAuthEncoding("application/vnd.in-toto+json", json(statement()));
    const forged = { ...dsse, signature: prehashed(message) };
    failsWith("SignatureInvalid", () => verifyContentSignature(forged, KEYS.ed25519.key, ARTIFACT));
  });

  it("refuses a signature of which any one bit was flipped", () => {
    const signature = signBytes(payload, KEYS.p256);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Uint8Array.from(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const entity = entityFromCosignLayer(payload, cosignAnnotations(flipped));
      failsWith("SignatureInvalid", () => verifyContentSignature(entity, KEYS.p256.key, ARTIFACT));
    }
  });

  describe("of a message signature", () => {
    const entity = entityFromBundle(json(messageBundle(MANIFEST, KEYS.p256)));

    it("fails without the bytes of the artifact", () => {
      failsWith("MessageUnavailable", () => verifyContentSignature(entity, KEYS.p256.key, { digest: ARTIFACT.digest }));
    });

    it("fails when the bytes are not those of the digest", () => {
      failsWith("MessageDigestMismatch", () =>
        verifyContentSignature(entity, KEYS.p256.key, { digest: OTHER_DIGEST, bytes: MANIFEST }),
      );
    });
  });
});
