/**
 * precheck(): what can never meet the requirement is refused before any signature is verified, with the code that verify()
 * would give; and nothing else is refused.
 */
import assert from "node:assert/strict";
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { entityFromBundle, type SignedEntity } from "../../src/verify/entity.ts";
import { precheck } from "../../src/verify/precheck.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { verify } from "../../src/verify/verifier.ts";
import { failsWith } from "../support/failures.ts";
import { email, type Identity } from "../support/virtual-sigstore/identity.ts";
import { keylessRequirement, keyRequirement } from "../support/virtual-sigstore/requirement.ts";
import { keySigner, type Signer } from "../support/virtual-sigstore/signer.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import { exactly } from "../vectors/requirements.ts";

const sigstore = new VirtualSigstore();
const trust = sigstore.trust();
const DEV = email("dev@acme.example");
const MANIFEST = encodeUtf8('{"schemaVersion":2}');
const IMAGE = { digest: digestOf(MANIFEST), bytes: MANIFEST };

const keyless = entityOf(sigstore.certify(DEV));
const keyed = entityOf(keySigner());

function entityOf(signer: Signer): SignedEntity {
  return entityFromBundle(sigstore.signBundle(IMAGE.digest, signer));
}

function wanting(change: Partial<Identity>): Requirement {
  return keylessRequirement(trust, { ...DEV, ...change });
}

describe("precheck()", () => {
  it("passes what may meet the requirement", () => {
    precheck(keyless, wanting({}));
    precheck(keyed, keyRequirement(trust, keySigner()));
  });

  it("does not look at signature, log or time", () => {
    const unproven = { signature: Uint8Array.of(1), logEntries: [], timestamps: [] };
    precheck({ ...keyless, ...unproven }, wanting({}));
    precheck({ ...keyed, ...unproven }, keyRequirement(trust, keySigner()));
  });

  it("leaves it to verify() whether the rule's key made the signature", () => {
    const requirement = keyRequirement(trust, keySigner("P-256", {}, "another"));
    precheck(keyed, requirement);
    failsWith("SignatureInvalid", () => verify(keyed, requirement, IMAGE, sigstore.now));
  });

  const untrusted = {
    wanted: "anything",
    matches: () => assert.fail("an authority's subject counts after its chain"),
  };
  it("asks nothing of the names in a certificate of another authority, which mean nothing", () => {
    const authority = {
      kind: "authority",
      authorities: [],
      subject: untrusted,
      insecureUseCurrentTime: false,
    } as const;
    precheck(keyless, { ...wanting({}), signer: authority });
  });

  const refused: Readonly<Record<string, [FailureCode, SignedEntity, Requirement]>> = {
    "a certificate for another issuer": [
      "IdentityIssuerMismatch",
      keyless,
      wanting({ issuer: "https://other.example" }),
    ],
    "a certificate for another subject": ["IdentitySubjectMismatch", keyless, wanting({ subject: "ops@acme.example" })],
    "a certificate without an extension that is asked for": [
      "IdentityExtensionMismatch",
      keyless,
      extended(wanting({})),
    ],
    "a certificate for a key rule": ["SignerMaterialMismatch", keyless, keyRequirement(trust, keySigner())],
    "a bare key for a keyless rule": ["SignerCertificateMissing", keyed, wanting({})],
    "a certificate that cannot be read": [
      "CertificateMalformed",
      { ...keyless, signer: { kind: "certificate", der: Uint8Array.of(0x30) } },
      wanting({}),
    ],
  };
  for (const [name, [code, entity, requirement]] of Object.entries(refused)) {
    it(`refuses ${name}, as verify() does`, () => {
      failsWith(code, () => precheck(entity, requirement));
      failsWith(code, () => verify(entity, requirement, IMAGE, sigstore.now));
    });
  }
});

function extended(requirement: Requirement): Requirement {
  const { signer } = requirement;
  assert.ok(signer.kind === "keyless");
  const extensions = new Map([["runnerEnvironment", exactly("github-hosted")]] as const);
  return { ...requirement, signer: { ...signer, identity: { ...signer.identity, extensions } } };
}
