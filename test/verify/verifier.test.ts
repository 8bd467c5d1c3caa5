/** verify(): every form of a key signature is accepted, and each check, broken alone, gives its own code. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/crypto/digest.ts";
import { parsePublicKeyPem, parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { entityFromBundle, entityFromCosignLayer, type SignedEntity } from "../../src/verify/entity.ts";
import { verifyContentSignature } from "../../src/verify/signature.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { verify } from "../../src/verify/verifier.ts";
import { failsWith } from "../support/failures.ts";
import type { TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";
import { exactly, trustOf } from "../vectors/requirements.ts";
import {
  ARTIFACT,
  cosignAnnotations,
  dsseBundle,
  json,
  KEYS,
  MANIFEST,
  messageBundle,
  NO_WITNESSES,
  NOW,
  OTHER_DIGEST,
  requirementOf,
  SIGN_V1,
  signBytes,
  simpleSigning,
  statement,
  type SigningKey,
} from "./fixtures.ts";

const REQUIREMENT = requirementOf(KEYS.p256);

function real(path: string): Buffer {
  return readFileSync(join(VECTORS_ROOT, path));
}

/** The certificate of a real bundle. */
function realLeaf(): Buffer {
  const { verificationMaterial } = JSON.parse(real("sigstore-rs/bundle_v03/bundle_v03.json").toString("utf8")) as {
    verificationMaterial: { certificate: { rawBytes: string } };
  };
  return Buffer.from(verificationMaterial.certificate.rawBytes, "base64");
}

function legacy(payload: Uint8Array, key: SigningKey = KEYS.p256, hash: string | null = "sha256"): SignedEntity {
  return entityFromCosignLayer(payload, cosignAnnotations(signBytes(payload, key, hash)));
}

function dsse(payload: Uint8Array, key: SigningKey = KEYS.p256, hash: string | null = "sha256"): SignedEntity {
  return entityFromBundle(json(dsseBundle(payload, key, hash)));
}

describe("verify()", () => {
  describe("accepts", () => {
    it("a simple-signing payload, with its annotations and reference", () => {
      const { principal, claims } = verify(legacy(json(simpleSigning())), REQUIREMENT, ARTIFACT, NOW);
      assert.deepEqual(principal, { kind: "key", keyId: KEYS.p256.key.keyId });
      assert.equal(claims.digest, ARTIFACT.digest);
      assert.equal(claims.dockerReference, "registry.local/acme/web");
      assert.deepEqual([...claims.annotations], [["team", "acme"]]);
    });

    it("a sign/v1 statement, with the annotations of the matched subject", () => {
      const { claims } = verify(dsse(json(statement())), REQUIREMENT, ARTIFACT, NOW);
      assert.equal(claims.statement?.predicateType, SIGN_V1);
      assert.deepEqual([...claims.annotations], [["team", "acme"]]);
    });

    it("a message signature over the manifest", () => {
      const entity = entityFromBundle(json(messageBundle(MANIFEST, KEYS.p256)));
      assert.equal(verify(entity, REQUIREMENT, ARTIFACT, NOW).claims.digest, ARTIFACT.digest);
    });

    it("a legacy signature although the layer has a certificate of another key: the key decides", () => {
      const payload = json(simpleSigning());
      const annotations = new Map(cosignAnnotations(signBytes(payload, KEYS.p256)));
      const pem = new X509Certificate(realLeaf()).toString();
      annotations.set("dev.sigstore.cosign/certificate", pem);
      verify(entityFromCosignLayer(payload, annotations), REQUIREMENT, ARTIFACT, NOW);
    });
  });

  describe("refuses, with one thing broken,", () => {
    const rows: Readonly<Record<string, [Parameters<typeof failsWith>[0], () => SignedEntity]>> = {
      "reject list: wrong key (a payload)": ["SignatureInvalid", () => legacy(json(simpleSigning()), KEYS.other)],
      "reject list: bad PAE signature (by another key)": [
        "SignatureInvalid",
        () => dsse(json(statement()), KEYS.other),
      ],
      "a payload changed after signing": [
        "SignatureInvalid",
        () => ({ ...legacy(json(simpleSigning())), content: { kind: "simple-signing", payload: json({}) } }),
      ],
      "a statement moved under another payload type": [
        "SignatureInvalid",
        () => ({
          ...dsse(json(statement())),
          content: { kind: "dsse", payloadType: "application/vnd.in-toto+jsonx", payload: json(statement()) },
        }),
      ],
      "reject list: digest claim ≠ D": ["PayloadDigestMismatch", () => legacy(json(simpleSigning(OTHER_DIGEST)))],
      "a well-signed envelope around no statement (CVE-2026-39395)": [
        "StatementMalformed",
        () => dsse(encodeUtf8("no JSON")),
      ],
      "a well-signed layer that is no payload (CVE-2026-39395)": [
        "PayloadMalformed",
        () => legacy(encodeUtf8("no JSON")),
      ],
      "a statement about another image": ["StatementSubjectMismatch", () => dsse(json(statement(OTHER_DIGEST)))],
      "an attestation in place of a signature": [
        "PredicateTypeNotSignature",
        () => dsse(json({ ...statement(), predicateType: "https://slsa.dev/provenance/v1" })),
      ],
      "a bundle signed with a certificate": [
        "SignerMaterialMismatch",
        () => ({ ...dsse(json(statement())), signer: { kind: "certificate", der: realLeaf() } }),
      ],
      "a message signature over other bytes": [
        "SignatureInvalid",
        () => entityFromBundle(json(messageBundle(json("other"), KEYS.p256))),
      ],
    };
    for (const [name, [code, entity]] of Object.entries(rows)) {
      it(name, () => void failsWith(code, () => verify(entity(), REQUIREMENT, ARTIFACT, NOW)));
    }
  });

  describe("on real bundles", () => {
    const keyed = "sigstore-go/public-key-validity/public-key-validity";
    const key = parsePublicKeyPem(real(`${keyed}.pem`).toString("utf8"));
    const requirement: Requirement = {
      signer: { kind: "key", key },
      content: { kind: "signature" },
      thresholds: NO_WITNESSES,
    };

    it("accepts a message signature by a key, over its bytes and no others", () => {
      const entity = entityFromBundle(real(`${keyed}.sigstore.json`));
      const bytes = Buffer.from("test content");
      assert.deepEqual(verify(entity, requirement, { digest: digestOf(bytes), bytes }, NOW).principal, {
        kind: "key",
        keyId: key.keyId,
      });
      failsWith("SignatureInvalid", () => verify(entity, requirement, ARTIFACT, NOW));
    });

    it("reject list: bundle from another instance", () => {
      const entity = entityFromBundle(real("sigstore-rs/bundle_v03/bundle_v03.json"));
      const digest = "sha256:c811d58de79c92f03214e63aa339484e488d694ae8a6283b5f3f17a9faf50172";
      const keyless = (trust: TrustMaterial): Requirement => ({
        signer: {
          kind: "keyless",
          identity: {
            issuer: exactly("https://token.actions.githubusercontent.com"),
            subject: (identity) => exactly(identity.subject.value),
            extensions: new Map(),
          },
        },
        content: { kind: "signature" },
        trust,
        thresholds: { logs: 1, certificateLogs: 1, times: 1, timestamps: 0 },
      });
      const publicGood = trustOf("root-signing/targets/trusted_root.json");
      const staging = trustOf("root-signing-staging/targets/trusted_root.json");
      assert.equal(verify(entity, keyless(publicGood), { digest }, NOW).times.length, 2);
      failsWith("LogUnknown", () => verify(entity, keyless(staging), { digest }, NOW));
      const mixed = { ...publicGood, certificateAuthorities: staging.certificateAuthorities };
      failsWith("CertificateIssuerUnknown", () => verify(entity, keyless(mixed), { digest }, NOW));
    });

    it("verifies the envelope of cosign with its certificate's key, and refuses it for a key rule", () => {
      const bytes = real("sigstore-rs/bundle_v03/bundle_v03.json");
      const leaf = new X509Certificate(realLeaf());
      const leafKey = parsePublicKeySpki(leaf.publicKey.export({ type: "spki", format: "der" }));
      const entity = entityFromBundle(bytes);
      verifyContentSignature(entity, { key: leafKey }, requirement.signer, ARTIFACT);
      failsWith("SignerMaterialMismatch", () => verify(entity, requirement, ARTIFACT, NOW));
    });
  });

  it("names the key, not the signature, in the reason", () => {
    const failure = failsWith("SignatureInvalid", () =>
      verify(legacy(json(simpleSigning()), KEYS.other), REQUIREMENT, ARTIFACT, NOW),
    );
    assert.ok(failure.message.includes(KEYS.p256.key.keyId.slice(0, 12)));
    assert.equal(failure.step, "signature");
  });
});
