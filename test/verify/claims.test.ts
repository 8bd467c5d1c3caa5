/** verifyClaims(): what the verified bytes say against artifact and rule, each mismatch with its own code. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { SignedContent } from "../../src/verify/entity.ts";
import { verifyClaims } from "../../src/verify/claims.ts";
import type { VerifiedContent } from "../../src/verify/evidence.ts";
import type { ContentRequirement } from "../../src/verify/requirement.ts";
import { failsWith } from "../support/failures.ts";
import { ARTIFACT, json, KEYS, MANIFEST, OTHER_DIGEST, SIGN_V1, simpleSigning, statement } from "./fixtures.ts";

/** As if a signature over it had been verified. */
function covered(content: SignedContent): VerifiedContent {
  return { entity: { content }, material: { key: KEYS.p256.key } } as unknown as VerifiedContent;
}

function claims(
  content: SignedContent,
  required: ContentRequirement = { kind: "signature" },
): ReturnType<typeof verifyClaims> {
  return verifyClaims(covered(content), required, ARTIFACT);
}

function statementWith(change: Record<string, unknown>): SignedContent {
  return { kind: "dsse", payloadType: "", payload: json({ ...statement(), ...change }) };
}

describe("verifyClaims()", () => {
  const hex = ARTIFACT.digest.slice("sha256:".length);

  const refused: Readonly<Record<string, [FailureCode, SignedContent]>> = {
    "simple signing of another digest": [
      "PayloadDigestMismatch",
      { kind: "simple-signing", payload: json(simpleSigning(OTHER_DIGEST)) },
    ],
    "a subject of another digest": [
      "StatementSubjectMismatch",
      statementWith({ subject: [{ digest: { sha256: OTHER_DIGEST.slice(7) } }] }),
    ],
    "a subject that matches by name only": [
      "StatementSubjectMismatch",
      statementWith({ subject: [{ name: ARTIFACT.digest, digest: { gitCommit: "00" } }] }),
    ],
    "a digest in upper case": [
      "StatementDigestMalformed",
      statementWith({ subject: [{ digest: { sha256: hex.toUpperCase() } }] }),
    ],
    "a digest under another algorithm's name": [
      "StatementSubjectMismatch",
      statementWith({ subject: [{ digest: { SHA256: hex } }] }),
    ],
    "another predicate type, even one that begins alike": [
      "PredicateTypeNotSignature",
      statementWith({ predicateType: "https://sigstore.dev/cosign/sign/v1x" }),
    ],
    "reject list: messageDigest ≠ artifact": [
      "MessageDigestMismatch",
      { kind: "message", messageDigest: { algorithm: "SHA2_256", digest: new Uint8Array(32) } },
    ],
    "an empty message digest": [
      "MessageDigestMismatch",
      { kind: "message", messageDigest: { algorithm: "SHA2_256", digest: new Uint8Array(0) } },
    ],
    "a message digest of an unknown algorithm": [
      "MessageDigestUnsupported",
      { kind: "message", messageDigest: { algorithm: "SHA3_256", digest: new Uint8Array(32) } },
    ],
  };
  for (const [name, [code, content]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => claims(content)));
  }

  it("takes the second of two subjects, with its own annotations", () => {
    const subject = [
      { digest: { sha256: OTHER_DIGEST.slice(7) }, annotations: { from: "first" } },
      { digest: { sha256: hex }, annotations: { from: "second" } },
    ];
    assert.deepEqual([...claims(statementWith({ subject })).annotations], [["from", "second"]]);
  });

  it("takes a message signature without digest, and with a SHA-512 digest of the artifact", () => {
    const digest = createHash("sha512").update(MANIFEST).digest();
    assert.equal(claims({ kind: "message" }).digest, ARTIFACT.digest);
    claims({ kind: "message", messageDigest: { algorithm: "SHA2_512", digest } });
  });

  it("takes a statement about the artifact's own algorithm, and about no other", () => {
    const sha512 = createHash("sha512").update(MANIFEST).digest("hex");
    const content = statementWith({ subject: [{ digest: { sha512 } }] });
    const artifact = { digest: `sha512:${sha512}` as const };
    assert.equal(verifyClaims(covered(content), { kind: "any" }, artifact).digest, artifact.digest);
    failsWith("StatementSubjectMismatch", () => claims(content));
  });

  it("takes a message digest where the digest alone is at hand, and only of its algorithm", () => {
    const content = (algorithm: string, digest: Uint8Array): SignedContent => ({
      kind: "message",
      messageDigest: { algorithm, digest },
    });
    const artifact = { digest: ARTIFACT.digest };
    const own = createHash("sha256").update(MANIFEST).digest();
    verifyClaims(covered(content("SHA2_256", own)), { kind: "any" }, artifact);
    failsWith("MessageDigestUnsupported", () =>
      verifyClaims(covered(content("SHA2_512", Buffer.alloc(64))), { kind: "any" }, artifact),
    );
  });

  describe("of an attestation", () => {
    const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";
    const vuln = statementWith({ predicateType: VULN, predicate: { findings: 0 } });

    it("hands out the statement with its predicate", () => {
      const { statement: found } = claims(vuln, { kind: "attestation", predicateTypes: ["https://x.example", VULN] });
      assert.equal(found?.predicateType, VULN);
    });

    it("reject list: predicateType ≠ rule", () => {
      const spdx: ContentRequirement = { kind: "attestation", predicateTypes: ["https://spdx.dev/Document"] };
      failsWith("PredicateTypeMismatch", () => claims(vuln, spdx));
      const longer: ContentRequirement = { kind: "attestation", predicateTypes: [`${VULN}.1`] };
      failsWith("PredicateTypeMismatch", () => claims(vuln, longer));
    });

    it("is never a signature, unless the rule names the signature's own type", () => {
      const sign = statementWith({});
      failsWith("PredicateTypeMismatch", () => claims(sign, { kind: "attestation", predicateTypes: [VULN] }));
      claims(sign, { kind: "attestation", predicateTypes: [SIGN_V1] });
    });

    it("is never simple signing, nor a message signature", () => {
      const required: ContentRequirement = { kind: "attestation", predicateTypes: [VULN] };
      failsWith("StatementMissing", () => claims({ kind: "message" }, required));
      failsWith("StatementMissing", () => claims({ kind: "simple-signing", payload: json(simpleSigning()) }, required));
    });
  });

  describe("with annotations, reject list: requested annotation missing/different:", () => {
    const asking = (annotations: Record<string, string>): ContentRequirement => ({
      kind: "signature",
      annotations: new Map(Object.entries(annotations)),
    });
    const simple: SignedContent = { kind: "simple-signing", payload: json(simpleSigning()) };

    it("takes those of simple signing and of the matched subject", () => {
      claims(simple, asking({ team: "acme" }));
      claims(statementWith({}), asking({ team: "acme" }));
    });

    it("refuses one that is missing", () => {
      failsWith("AnnotationMissing", () => claims(simple, asking({ team: "acme", stage: "prod" })));
      failsWith("AnnotationMissing", () => claims({ kind: "message" }, asking({ team: "acme" })));
      const elsewhere = statementWith({
        subject: [
          { digest: { sha256: OTHER_DIGEST.slice(7) }, annotations: { team: "acme" } },
          { digest: { sha256: hex } },
        ],
      });
      failsWith("AnnotationMissing", () => claims(elsewhere, asking({ team: "acme" })));
    });

    it("refuses one with another value, were it a number that prints alike", () => {
      failsWith("AnnotationMismatch", () => claims(simple, asking({ team: "acm" })));
      const numbered = json({ ...simpleSigning(), optional: { build: 7 } });
      failsWith("AnnotationMismatch", () =>
        claims({ kind: "simple-signing", payload: numbered }, asking({ build: "7" })),
      );
    });
  });
});
