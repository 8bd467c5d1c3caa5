/** verifyContentSignature(): hash choices of verification-spec §3.2, and the message of a message signature. */
import assert from "node:assert/strict";
import { constants, sign } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { preAuthEncoding } from "../../src/sigstore/dsse.ts";
import { entityFromBundle, entityFromCosignLayer, type Artifact, type SignedEntity } from "../../src/verify/entity.ts";
import type { VerifiedContent } from "../../src/verify/evidence.ts";
import type { KeyRequirement } from "../../src/verify/requirement.ts";
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
  type SigningKey,
} from "./fixtures.ts";

type KeyName = keyof typeof KEYS;

/** Verified as for a key rule, with what else the entry says. */
function verifyWith(
  entity: SignedEntity,
  { key }: SigningKey,
  artifact: Artifact = ARTIFACT,
  more: Omit<KeyRequirement, "kind" | "key"> = {},
): VerifiedContent {
  return verifyContentSignature(entity, { key }, { kind: "key", key, ...more }, artifact);
}

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
        isAccepted(() => verifyWith(entity, KEYS[name])),
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
        isAccepted(() => verifyWith(entity, KEYS[name])),
        accepted,
      );
    });
  }

  it("holds a bundle signed with a key of P-384 to SHA-384, where a layer may have SHA-256", () => {
    const bundle = entityFromBundle(json(dsseBundle(json(statement()), KEYS.p384, "sha256")));
    failsWith("SignatureInvalid", () => verifyWith(bundle, KEYS.p384));
    const layer = entityFromCosignLayer(payload, cosignAnnotations(signBytes(payload, KEYS.p384, "sha256")));
    verifyWith(layer, KEYS.p384);
  });

  it("takes Ed25519ph for a legacy payload and never for DSSE", () => {
    const secret = KEYS.ed25519.privateKey.export({ format: "jwk" }).d ?? "";
    const prehashed = (bytes: Uint8Array): Uint8Array => ed25519ph.sign(bytes, Buffer.from(secret, "base64url"));
    const entity = entityFromCosignLayer(payload, cosignAnnotations(prehashed(payload)));
    verifyWith(entity, KEYS.ed25519);
    const dsse = entityFromBundle(json(dsseBundle(json(statement()), KEYS.ed25519, null)));
    const message = preAuthEncoding("application/vnd.in-toto+json", json(statement()));
    const forged = { ...dsse, signature: prehashed(message) };
    failsWith("SignatureInvalid", () => verifyWith(forged, KEYS.ed25519));
  });

  it("refuses a signature of which any one bit was flipped", () => {
    const signature = signBytes(payload, KEYS.p256);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Uint8Array.from(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const entity = entityFromCosignLayer(payload, cosignAnnotations(flipped));
      failsWith("SignatureInvalid", () => verifyWith(entity, KEYS.p256));
    }
  });

  describe("with what the entry says of its key", () => {
    const signed = (name: KeyName, hash: string): SignedEntity =>
      entityFromCosignLayer(payload, cosignAnnotations(signBytes(payload, KEYS[name], hash)));

    it("takes the one hash that is named, in bundles as well", () => {
      verifyWith(signed("rsa", "sha512"), KEYS.rsa, ARTIFACT, { hashAlgorithm: "sha512" });
      failsWith("SignatureInvalid", () =>
        verifyWith(signed("p384", "sha256"), KEYS.p384, ARTIFACT, { hashAlgorithm: "sha384" }),
      );
      const bundle = entityFromBundle(json(dsseBundle(json(statement()), KEYS.p384, "sha256")));
      verifyWith(bundle, KEYS.p384, ARTIFACT, { hashAlgorithm: "sha256" });
    });

    it("takes PSS where it is named, and then nothing else", () => {
      const key = { key: KEYS.rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };
      const pss = entityFromCosignLayer(payload, cosignAnnotations(sign("sha256", payload, key)));
      verifyWith(pss, KEYS.rsa, ARTIFACT, { rsaPadding: "PSS" });
      failsWith("SignatureInvalid", () => verifyWith(pss, KEYS.rsa));
      failsWith("SignatureInvalid", () =>
        verifyWith(signed("rsa", "sha256"), KEYS.rsa, ARTIFACT, { rsaPadding: "PSS" }),
      );
    });
  });

  describe("of a message signature", () => {
    const entity = entityFromBundle(json(messageBundle(MANIFEST, KEYS.p256)));

    it("holds over the digest alone, by the same key and no other", () => {
      verifyWith(entity, KEYS.p256, { digest: ARTIFACT.digest });
      failsWith("SignatureInvalid", () => verifyWith(entity, KEYS.p256, { digest: OTHER_DIGEST }));
      failsWith("SignatureInvalid", () => verifyWith(entity, KEYS.other, { digest: ARTIFACT.digest }));
    });

    const undecidable: Readonly<Record<string, () => unknown>> = {
      "a key that signs messages only": () => verifyWith(entity, KEYS.ed25519, { digest: ARTIFACT.digest }),
      "a key of another hash": () => verifyWith(entity, KEYS.p384, { digest: ARTIFACT.digest }),
      "PSS padding": () => verifyWith(entity, KEYS.rsa, { digest: ARTIFACT.digest }, { rsaPadding: "PSS" }),
      "a digest of another algorithm": () => verifyWith(entity, KEYS.p256, { digest: `sha512:${"0".repeat(128)}` }),
    };
    for (const [name, check] of Object.entries(undecidable)) {
      it(`fails over the digest alone with ${name}`, () => void failsWith("MessageUnavailable", check));
    }

    it("fails when the bytes are not those of the digest", () => {
      failsWith("MessageDigestMismatch", () =>
        verifyWith(entity, KEYS.p256, { digest: OTHER_DIGEST, bytes: MANIFEST }),
      );
    });
  });
});
