/**
 * Step: what the verified bytes say, held against the artifact and the rule (verification-spec §8.3 step 11; §2.1, §2.3,
 * §2.4, §3.3). Earns VerifiedClaims. An attestation is never taken for a signature, nor a signature for an attestation.
 */
import { digestBytes, hash, splitDigest, type ArtifactDigest, type HashAlgorithm } from "../crypto/digest.ts";
import { encodeHex } from "../encoding/hex.ts";
import { equalBytes } from "../encoding/text.ts";
import type { JsonObject } from "../encoding/json.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { MessageSignature } from "../sigstore/bundle.ts";
import { MESSAGE_HASHES } from "../sigstore/message-digest.ts";
import { parseSimpleSigning } from "../sigstore/simple-signing.ts";
import { parseStatement, SIGNATURE_PREDICATE_TYPE, type Statement, type Subject } from "../sigstore/statement.ts";
import type { Artifact } from "./entity.ts";
import type { Claims, VerifiedClaims, VerifiedContent } from "./evidence.ts";
import type { ContentRequirement } from "./requirement.ts";

/** Fails with a code of the steps "payload" and "claims". */
export function verifyClaims(
  { entity: { content } }: VerifiedContent,
  required: ContentRequirement,
  artifact: Artifact,
): VerifiedClaims {
  switch (content.kind) {
    case "simple-signing":
      checkIsSignature(required, "a simple-signing payload");
      return withAnnotations(simpleSigningClaims(content.payload, artifact.digest), required);
    case "dsse":
      return withAnnotations(statementClaims(parseStatement(content.payload), required, artifact.digest), required);
    case "message":
      checkIsSignature(required, "a message signature");
      checkMessageDigest(content.messageDigest, artifact);
      return withAnnotations(earned({ digest: artifact.digest, annotations: new Map() }), required);
  }
}

function simpleSigningClaims(payload: Uint8Array, expected: ArtifactDigest): VerifiedClaims {
  const { digest, dockerReference, annotations } = parseSimpleSigning(payload);
  if (digest !== expected) {
    throw new VerificationFailure(
      "PayloadDigestMismatch",
      `Cannot accept a signature about ${digest}, want ${expected}`,
      { actual: digest, expected },
    );
  }
  return earned({ digest, dockerReference, annotations });
}

function statementClaims(statement: Statement, required: ContentRequirement, expected: ArtifactDigest): VerifiedClaims {
  checkPredicateType(statement.predicateType, required);
  const { annotations } = matchingSubject(statement, expected);
  return earned({ digest: expected, annotations, statement });
}

/** §2.4: compared exactly; no switch turns an attestation into a signature. */
function checkPredicateType(predicateType: string, required: ContentRequirement): void {
  if (required.kind === "signature" && predicateType !== SIGNATURE_PREDICATE_TYPE) {
    throw new VerificationFailure(
      "PredicateTypeNotSignature",
      `Cannot accept predicate type ${quoted(predicateType)} as a signature, want ${quoted(SIGNATURE_PREDICATE_TYPE)}`,
      { actual: quoted(predicateType), expected: SIGNATURE_PREDICATE_TYPE },
    );
  }
  if (required.kind !== "attestation" || required.predicateTypes.includes(predicateType)) return;
  const expected = required.predicateTypes.map(quoted).join(" or ");
  throw new VerificationFailure(
    "PredicateTypeMismatch",
    `Cannot accept predicate type ${quoted(predicateType)}, want ${expected}`,
    { actual: quoted(predicateType), expected },
  );
}

function checkIsSignature(required: ContentRequirement, what: string): void {
  if (required.kind !== "attestation") return;
  throw new VerificationFailure("StatementMissing", `Cannot accept ${what} as an attestation, want a signed statement`);
}

/** Any subject may match, not only the first; only the artifact's own algorithm is compared (§2.3). */
function matchingSubject({ subjects }: Statement, expected: ArtifactDigest): Subject {
  const { algorithm, hex } = splitDigest(expected);
  const subject = subjects.find(({ digests }) => digests.get(algorithm) === hex);
  if (subject !== undefined) return subject;
  const named = subjects[0]?.digests.get(algorithm);
  throw new VerificationFailure(
    "StatementSubjectMismatch",
    `Cannot accept a statement about ${subjects.length === 1 && named !== undefined ? quoted(`${algorithm}:${named}`) : `${subjects.length} other subjects`}, want ${expected}`,
  );
}

/** §2.1: each as a string, equal to the letter. */
function withAnnotations(claims: VerifiedClaims, required: ContentRequirement): VerifiedClaims {
  const wanted = required.kind === "any" ? [] : (required.annotations ?? []);
  for (const [name, expected] of wanted) checkAnnotation(claims.annotations, name, expected);
  return claims;
}

function checkAnnotation(annotations: JsonObject, name: string, expected: string): void {
  const actual = annotations.get(name);
  if (actual === expected) return;
  if (actual === undefined) {
    throw new VerificationFailure(
      "AnnotationMissing",
      `Cannot find annotation ${quoted(name)} in the signed payload, want ${quoted(expected)}`,
    );
  }
  const shown = typeof actual === "string" ? quoted(actual) : "a value that is no string";
  throw new VerificationFailure(
    "AnnotationMismatch",
    `Cannot accept annotation ${quoted(name)} of ${shown}, want ${quoted(expected)}`,
    { actual: shown, expected: quoted(expected) },
  );
}

/** A hint, but one that must not be wrong (§3.3). The signature over the artifact was verified before. */
function checkMessageDigest(claim: MessageSignature["messageDigest"], artifact: Artifact): void {
  if (claim === undefined) return;
  const algorithm = MESSAGE_HASHES.get(claim.algorithm);
  const actual = algorithm === undefined ? undefined : artifactHash(artifact, algorithm);
  if (actual === undefined) {
    throw new VerificationFailure(
      "MessageDigestUnsupported",
      `Cannot compare a message digest of algorithm ${quoted(claim.algorithm)}`,
    );
  }
  if (!equalBytes(actual, claim.digest)) {
    throw new VerificationFailure(
      "MessageDigestMismatch",
      `Cannot accept message digest ${encodeHex(claim.digest)}, want ${encodeHex(actual)}`,
    );
  }
}

/** Undefined when neither the bytes nor a digest of this algorithm are at hand. */
function artifactHash({ bytes, digest }: Artifact, algorithm: HashAlgorithm): Uint8Array | undefined {
  if (bytes !== undefined) return hash(algorithm, bytes);
  return splitDigest(digest).algorithm === algorithm ? digestBytes(digest) : undefined;
}

function earned(claims: Claims): VerifiedClaims {
  return claims as VerifiedClaims;
}
