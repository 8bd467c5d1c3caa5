/** selectMaterial(): whose key is tried, before anything is proven. */
import assert from "node:assert/strict";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import type { SignedEntity } from "../../src/verify/entity.ts";
import { selectMaterial } from "../../src/verify/material.ts";
import type { SignerRequirement } from "../../src/verify/requirement.ts";
import { failsWith } from "../support/failures.ts";
import { makeIntermediate, makeLeaf, makeRoot } from "../support/x509/certificate.ts";
import { fulcioExtensions } from "../support/x509/extension.ts";
import { exactly } from "../vectors/requirements.ts";
import { KEYS } from "./fixtures.ts";

const leaf = makeLeaf(makeIntermediate(makeRoot()), { extensions: fulcioExtensions({ 8: "https://issuer.example" }) });
const KEY: SignerRequirement = { kind: "key", key: KEYS.p256.key };
const LEAF_KEY: SignerRequirement = { kind: "key", key: parsePublicKeySpki(leaf.spki) };

function keyless(issuer = "https://issuer.example", subject = "dev@sigstore.example"): SignerRequirement {
  return {
    kind: "keyless",
    identity: { issuer: exactly(issuer), subject: () => exactly(subject), extensions: new Map() },
  };
}

function entity(format: SignedEntity["format"], der?: Uint8Array): SignedEntity {
  return {
    format,
    content: { kind: "message" },
    signature: new Uint8Array(1),
    signer: der === undefined ? { kind: "public-key" } : { kind: "certificate", der },
    logEntries: [],
    timestamps: [],
  };
}

describe("selectMaterial()", () => {
  it("takes the policy's key for a key rule", () => {
    assert.deepEqual(selectMaterial(entity("bundle-v0.3"), KEY), { key: KEYS.p256.key });
  });

  it("reject list: bundle has key but rule is keyless and vice versa", () => {
    failsWith("SignerCertificateMissing", () => selectMaterial(entity("bundle-v0.3"), keyless()));
    failsWith("SignerCertificateMissing", () => selectMaterial(entity("legacy-signature"), keyless()));
    failsWith("SignerMaterialMismatch", () => selectMaterial(entity("bundle-v0.3", leaf.der), KEY));
  });

  it("takes a bundle with the certificate of the rule's own key, and keeps the certificate for the log", () => {
    const material = selectMaterial(entity("bundle-v0.3", leaf.der), LEAF_KEY);
    assert.equal(material.leaf?.der, leaf.der);
  });

  it("lets the key decide over a legacy layer, whatever certificate it carries", () => {
    for (const format of ["legacy-signature", "legacy-attestation"] as const) {
      assert.deepEqual(selectMaterial(entity(format, leaf.der), KEY), { key: KEYS.p256.key });
      assert.deepEqual(selectMaterial(entity(format, Uint8Array.of(1)), KEY), { key: KEYS.p256.key });
    }
  });

  it("takes the leaf's key, read once for an entity, for a keyless rule", () => {
    const signed = entity("bundle-v0.3", leaf.der);
    const material = selectMaterial(signed, keyless());
    assert.equal(material.key.keyId, parsePublicKeySpki(leaf.spki).keyId);
    assert.equal(selectMaterial(signed, keyless()).leaf, material.leaf);
  });

  it("fails with the certificate's own code when it cannot be read", () => {
    const broken = entity("bundle-v0.3", leaf.der.subarray(1));
    failsWith("CertificateMalformed", () => selectMaterial(broken, keyless()));
    failsWith("SignerMaterialMismatch", () => selectMaterial(broken, KEY));
  });

  it("compares a pinned leaf byte by byte", () => {
    const pinned: SignerRequirement = { kind: "pinned-leaf", der: leaf.der, subject: exactly("x") };
    selectMaterial(entity("legacy-signature", leaf.der), pinned);
    failsWith("PinnedCertificateMismatch", () =>
      selectMaterial(entity("legacy-signature", Buffer.concat([leaf.der, Buffer.of(0)])), pinned),
    );
    failsWith("SignerCertificateMissing", () => selectMaterial(entity("legacy-signature"), pinned));
  });
});
