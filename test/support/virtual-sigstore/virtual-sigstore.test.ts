/** Every form that the virtual Sigstore makes verifies; and one edit, in whichever step, is one failure. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { digestOf } from "../../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import {
  entityFromAttestationLayer,
  entityFromBundle,
  entityFromCosignLayer,
  type ImageArtifact,
} from "../../../src/verify/entity.ts";
import type { VerifiedEntity } from "../../../src/verify/evidence.ts";
import type { Requirement } from "../../../src/verify/requirement.ts";
import { verify } from "../../../src/verify/verifier.ts";
import { failsWith } from "../failures.ts";
import { attachBundle, attachLayer } from "../registry/attach.ts";
import { startRegistry } from "../registry/registry.ts";
import { LEAF_MS } from "../x509/certificate.ts";
import { basicConstraints } from "../x509/extension.ts";
import type { KeyKind } from "../x509/key.ts";
import type { BundleOptions } from "./bundle.ts";
import type { CosignLayer, LayerOptions } from "./cosign-layer.ts";
import { email, githubWorkflow, spiffe, username, type Identity } from "./identity.ts";
import { keylessRequirement, keyRequirement } from "./requirement.ts";
import { keySigner, type Signer } from "./signer.ts";
import { SIGN_PREDICATE } from "./statement.ts";
import { VirtualSigstore, type CertificateOptions, type WitnessOptions } from "./virtual-sigstore.ts";

const sigstore = new VirtualSigstore();
const trust = sigstore.trust();
const MANIFEST = encodeUtf8('{"schemaVersion":2}');
const IMAGE: ImageArtifact = { digest: digestOf(MANIFEST), bytes: MANIFEST };
const DEV = email("dev@acme.example");
const PREDICATE = { type: "https://slsa.dev/provenance/v1", predicate: { buildDefinition: {} } };
const ATTESTATION = { kind: "attestation", predicateTypes: [PREDICATE.type] } as const;
const VERSIONS = ["0.1", "0.2", "0.3"] as const;
const KEYS: readonly KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519"];

function verifyBundle(bytes: Uint8Array, requirement: Requirement): VerifiedEntity {
  return verify(entityFromBundle(bytes, VERSIONS), requirement, IMAGE, sigstore.now + LEAF_MS);
}

function verifyLayer({ kind, blob, annotations }: CosignLayer, requirement: Requirement): VerifiedEntity {
  const read = kind === "sig" ? entityFromCosignLayer : entityFromAttestationLayer;
  return verify(read(blob, new Map(Object.entries(annotations))), requirement, IMAGE, sigstore.now + LEAF_MS);
}

/** Both ways of signing, each with what a policy would ask of it. */
const SIGNERS: Readonly<Record<string, readonly [Signer, (changes?: Partial<Requirement>) => Requirement]>> = {
  keyed: [keySigner(), (changes) => keyRequirement(trust, keySigner(), changes)],
  keyless: [sigstore.certify(DEV), (changes) => keylessRequirement(trust, DEV, changes)],
};

describe("VirtualSigstore makes what verifies:", () => {
  for (const [who, [signer, ask]] of Object.entries(SIGNERS)) {
    it(`a ${who} .sig layer, with a promise, with a time stamp, with both`, () => {
      for (const timestamp of [false, true])
        verifyLayer(sigstore.signLayer(IMAGE.digest, signer, { timestamp }), ask());
      const stamped = sigstore.signLayer(IMAGE.digest, signer, { log: "none", timestamp: true });
      verifyLayer(stamped, ask({ thresholds: { ...ask().thresholds, logs: 0, timestamps: 1 } }));
    });

    it(`a ${who} .att layer, logged as dsse and as intoto`, () => {
      for (const entryKind of ["dsse 0.0.1", "intoto 0.0.1"] as const) {
        const layer = sigstore.attestLayer(IMAGE.digest, PREDICATE, signer, { entryKind, timestamp: true });
        verifyLayer(layer, ask({ content: ATTESTATION }));
      }
    });

    for (const version of VERSIONS) {
      it(`a ${who} bundle ${version}: an image signature, an attestation, a message signature`, () => {
        for (const log of ["v1", "v2"] as const) {
          // version 0.1 asks for a promise, which Rekor v2 does not give
          if (version === "0.1" && log === "v2") continue;
          for (const timestamp of [undefined, true]) {
            const options = { version, log, ...(timestamp && { timestamp }) };
            verifyBundle(sigstore.signBundle(IMAGE.digest, signer, options), ask());
            const attested = sigstore.signBundle(IMAGE.digest, signer, { ...options, predicate: PREDICATE });
            verifyBundle(attested, ask({ content: ATTESTATION }));
            verifyBundle(sigstore.signMessage(MANIFEST, signer, options), ask());
          }
        }
      });
    }

    it(`a ${who} bundle with each evidence of Rekor v1, and each kind of entry`, () => {
      verifyBundle(sigstore.signBundle(IMAGE.digest, signer, { version: "0.1", evidence: "promise" }), ask());
      verifyBundle(sigstore.signBundle(IMAGE.digest, signer, { evidence: "proof" }), ask());
      for (const entryKind of ["dsse 0.0.1", "intoto 0.0.2"] as const) {
        verifyBundle(sigstore.signBundle(IMAGE.digest, signer, { entryKind }), ask());
      }
      verifyBundle(sigstore.signBundle(IMAGE.digest, signer, { log: "v2", entryKind: "dsse 0.0.2" }), ask());
    });
  }

  for (const kind of KEYS) {
    it(`signatures by ${kind}, in every form`, () => {
      const signer = keySigner(kind);
      const ask = keyRequirement(trust, signer);
      // cosign logs a legacy signature by Ed25519 with SHA-512, and no cosign accepts its entry (§5.5)
      const log = kind === "Ed25519" ? "none" : "v1";
      const logs = log === "none" ? 0 : 1;
      verifyLayer(sigstore.signLayer(IMAGE.digest, signer, { log }), {
        ...ask,
        thresholds: { ...ask.thresholds, logs },
      });
      verifyLayer(
        sigstore.attestLayer(IMAGE.digest, PREDICATE, signer),
        keyRequirement(trust, signer, { content: ATTESTATION }),
      );
      verifyBundle(sigstore.signBundle(IMAGE.digest, signer), ask);
      verifyBundle(sigstore.signMessage(MANIFEST, signer), ask);
      verifyBundle(sigstore.signMessage(MANIFEST, signer, { log: "v2" }), ask);
    });
  }

  it("signatures with SHA-256 by larger curves, and with PSS", () => {
    for (const signer of [keySigner("P-384", { hash: "sha256" }), keySigner("RSA-2048", { padding: "PSS" })]) {
      verifyLayer(sigstore.signLayer(IMAGE.digest, signer), keyRequirement(trust, signer));
    }
  });

  const identities: Readonly<Record<string, Identity>> = {
    "an e-mail address": DEV,
    "a workflow of GitHub": githubWorkflow({ repository: "acme/api", ref: "refs/tags/v1" }),
    "a reusable workflow": githubWorkflow({ calls: "acme/.github/.github/workflows/sign.yml@refs/heads/main" }),
    "a SPIFFE id": spiffe("spiffe://acme.example/ns/prod/sa/builder"),
    "a user name": username("builder!acme.example"),
  };
  for (const [what, identity] of Object.entries(identities)) {
    it(`signatures as ${what}`, () => {
      const bundle = sigstore.signBundle(IMAGE.digest, sigstore.certify(identity));
      const { identity: verified } = verifyBundle(bundle, keylessRequirement(trust, identity));
      assert.equal(verified?.subject.value, identity.subject);
      assert.equal(verified?.issuer, identity.issuer);
    });
  }

  it("certificates that OpenSSL follows to the root, with nothing but ten minutes", () => {
    const { certificate, chain } = sigstore.certify(DEV);
    const [leaf, issuer, root] = [certificate, ...chain].map((each) => new X509Certificate(each?.der ?? ""));
    assert.ok(leaf && issuer && root);
    assert.ok(leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey) && issuer.verify(root.publicKey));
    assert.equal(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom), LEAF_MS);
  });

  it("evidence in a registry, where cosign would put it", async () => {
    const registry = await startRegistry();
    try {
      const digest = await registry.putImage("acme/web", "1", "web");
      const image = { registry, repository: "acme/web", digest };
      await attachLayer(image, sigstore.signLayer(digest, keySigner()));
      await attachLayer(image, sigstore.attestLayer(digest, PREDICATE, keySigner()));
      await attachBundle(image, sigstore.signBundle(digest, keySigner()), { predicateType: SIGN_PREDICATE.type });
      const tag = digest.replace(":", "-");
      assert.ok(registry.stored("acme/web", `${tag}.sig`) && registry.stored("acme/web", `${tag}.att`));
    } finally {
      await registry.stop();
    }
  });
});

describe("VirtualSigstore breaks one thing:", () => {
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
  const other = digestOf(encodeUtf8("another"));

  const bundles: Readonly<Record<string, readonly [FailureCode, BundleOptions & WitnessOptions]>> = {
    "the statement, signed and logged": [
      "StatementSubjectMismatch",
      { payload: (payload) => ({ ...payload, subject: [{ digest: { sha256: other.slice(7) } }] }) },
    ],
    "the payload after it was signed": ["SignatureInvalid", { storedPayload: flip }],
    "the bytes that are signed": ["SignatureInvalid", { signedBytes: flip }],
    "the signature, which is logged as it is": ["SignatureInvalid", { signature: flip }],
    "what the log is told": [
      "LogSignatureMismatch",
      { logged: (logged) => ({ ...logged, signature: flip(logged.signature) }) },
    ],
    "the promise": [
      "SignedEntryTimestampInvalid",
      { entry: (entry) => ({ ...entry, integratedTime: (entry.integratedTime ?? 0n) + 1n }) },
    ],
    "the time stamp": ["TimestampImprintMismatch", { log: "v2", stamped: flip }],
    "the version": ["BundleVersionUnsupported", { bundle: (bundle) => ({ ...bundle, mediaType: "application/json" }) }],
  };
  for (const [what, [code, options]] of Object.entries(bundles)) {
    it(`${what}: ${code}`, () => {
      const [signer, ask] = SIGNERS["keyless"] ?? assert.fail();
      failsWith(code, () => verifyBundle(sigstore.signBundle(IMAGE.digest, signer, options), ask()));
    });
  }

  const layers: Readonly<Record<string, readonly [FailureCode, LayerOptions & WitnessOptions]>> = {
    "the payload of a layer, signed and logged": [
      "PayloadTypeMismatch",
      { payload: (payload) => ({ ...payload, critical: { ...(payload["critical"] as object), type: "another" } }) },
    ],
    "the annotations of a layer": [
      "SignerCertificateMissing",
      { layer: (all) => without(all, "dev.sigstore.cosign/certificate") },
    ],
    "the log of a layer": ["LogEntryMissing", { log: "none", timestamp: true }],
  };
  for (const [what, [code, options]] of Object.entries(layers)) {
    it(`${what}: ${code}`, () => {
      const [signer, ask] = SIGNERS["keyless"] ?? assert.fail();
      failsWith(code, () => verifyLayer(sigstore.signLayer(IMAGE.digest, signer, options), ask()));
    });
  }

  const certificates: Readonly<Record<string, readonly [FailureCode, CertificateOptions]>> = {
    "the leaf, signed and promised": [
      "CertificateLeafIsCa",
      { leaf: { extensions: { basicConstraints: basicConstraints(true) } } },
    ],
    "the log's promise": ["SctSignatureInvalid", { promise: { signature: flip } }],
    "that there is one": ["SctMissing", { isLogged: false }],
  };
  for (const [what, [code, options]] of Object.entries(certificates)) {
    it(`${what}: ${code}`, () => {
      const bundle = sigstore.signBundle(IMAGE.digest, sigstore.certify(DEV, options));
      failsWith(code, () => verifyBundle(bundle, keylessRequirement(trust, DEV)));
    });
  }

  it("the time: a signature of ten minutes and a second later", () => {
    const later = new VirtualSigstore();
    const signer = later.certify(DEV);
    later.now += LEAF_MS + 1000;
    const bundle = later.signBundle(IMAGE.digest, signer);
    const check = (): unknown =>
      verify(entityFromBundle(bundle), keylessRequirement(later.trust(), DEV), IMAGE, later.now + LEAF_MS);
    failsWith("CertificateNotValid", check);
  });

  it("the trust root: that of another instance, and one that is edited", () => {
    const bundle = sigstore.signBundle(IMAGE.digest, keySigner());
    const foreign = new VirtualSigstore({ name: "foreign" }).trust();
    failsWith("LogUnknown", () => verifyBundle(bundle, keyRequirement(foreign, keySigner())));
    const without = sigstore.trust((root) => ({ ...root, tlogs: [] }));
    failsWith("LogUnknown", () => verifyBundle(bundle, keyRequirement(without, keySigner())));
  });
});

function without(all: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
}
