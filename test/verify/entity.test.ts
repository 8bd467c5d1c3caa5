/** entityFromBundle() and entityFromCosignLayer(): the formats disappear, the bytes stay. */
import assert from "node:assert/strict";
import { entityFromAttestationLayer, entityFromBundle, entityFromCosignLayer } from "../../src/verify/entity.ts";
import { failsWith } from "../support/failures.ts";
import { dsseBundle, json, KEYS, MANIFEST, messageBundle, signBytes, statement } from "./fixtures.ts";

describe("entityFromBundle()", () => {
  it("keeps the exact payload bytes of an envelope", () => {
    const payload = json(statement());
    const { format, content, signer } = entityFromBundle(json(dsseBundle(payload, KEYS.p256)));
    assert.equal(format, "bundle-v0.3");
    assert.deepEqual(signer, { kind: "public-key" });
    assert.ok(content.kind === "dsse");
    assert.deepEqual(new Uint8Array(content.payload), payload);
  });

  it("keeps a message signature and its digest, and leaves an absent digest absent", () => {
    const bundle = messageBundle(MANIFEST, KEYS.p256) as { messageSignature: Record<string, unknown> };
    const withDigest = entityFromBundle(json(bundle)).content;
    assert.ok(withDigest.kind === "message" && withDigest.messageDigest?.algorithm === "SHA2_256");
    delete bundle.messageSignature["messageDigest"];
    assert.deepEqual(entityFromBundle(json(bundle)).content, { kind: "message" });
  });

  it("tells a certificate-signed bundle", () => {
    const bundle = { ...dsseBundle(json(statement()), KEYS.p256) };
    bundle["verificationMaterial"] = { certificate: { rawBytes: "AAAA" } };
    assert.deepEqual(entityFromBundle(json(bundle)).signer, {
      kind: "certificate",
      der: Buffer.from("AAAA", "base64"),
    });
  });

  it("passes a parser's failure on", () => void failsWith("BundleMalformed", () => entityFromBundle(json([]))));
});

describe("entityFromCosignLayer()", () => {
  it("keeps payload and signature", () => {
    const payload = json({ any: "bytes" });
    const signature = signBytes(payload, KEYS.p256);
    const annotations = new Map([["dev.cosignproject.cosign/signature", Buffer.from(signature).toString("base64")]]);
    const entity = entityFromCosignLayer(payload, annotations);
    assert.equal(entity.format, "legacy-signature");
    assert.deepEqual(entity.content, { kind: "simple-signing", payload });
    assert.deepEqual(new Uint8Array(entity.signature), new Uint8Array(signature));
  });

  it("passes a parser's failure on", () => {
    failsWith("SignatureAnnotationMissing", () => entityFromCosignLayer(json({}), new Map()));
  });
});

describe("entityFromAttestationLayer()", () => {
  const { dsseEnvelope } = dsseBundle(json(statement()), KEYS.p256);
  const blob = json(dsseEnvelope);

  it("keeps the envelope as it was uploaded beside what is in it", () => {
    const { format, content, signer } = entityFromAttestationLayer(blob, new Map());
    assert.equal(format, "legacy-attestation");
    assert.deepEqual(signer, { kind: "public-key" });
    assert.ok(content.kind === "dsse" && content.envelope === blob);
    assert.deepEqual(new Uint8Array(content.payload), json(statement()));
  });

  it("passes a parser's failure on", () => {
    failsWith("EnvelopeMalformed", () => entityFromAttestationLayer(json([]), new Map()));
  });
});
