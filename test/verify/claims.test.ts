/** verifySignatureClaims(): what the verified bytes say against the artifact, each mismatch with its own code. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { SignedContent } from "../../src/verify/entity.ts";
import { verifySignatureClaims } from "../../src/verify/claims.ts";
import type { VerifiedContent } from "../../src/verify/evidence.ts";
import { failsWith } from "../support/failures.ts";
import { ARTIFACT, json, KEYS, MANIFEST, OTHER_DIGEST, simpleSigning, statement } from "./fixtures.ts";

/** As if a signature over it had been verified. */
function covered(content: SignedContent): VerifiedContent {
  return { content, principal: { kind: "key", keyId: KEYS.p256.key.keyId } } as VerifiedContent;
}

function claims(content: SignedContent): ReturnType<typeof verifySignatureClaims> {
  return verifySignatureClaims(covered(content), ARTIFACT);
}

function statementWith(change: Record<string, unknown>): SignedContent {
  return { kind: "dsse", payloadType: "", payload: json({ ...statement(), ...change }) };
}

describe("verifySignatureClaims()", () => {
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
    "a message digest of other bytes": [
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

  it("takes a message signature without digest, and with a SHA-512 digest of the artifact", async () => {
    const { createHash } = await import("node:crypto");
    const digest = createHash("sha512").update(MANIFEST).digest();
    assert.equal(claims({ kind: "message" }).digest, ARTIFACT.digest);
    claims({ kind: "message", messageDigest: { algorithm: "SHA2_512", digest } });
  });
});
