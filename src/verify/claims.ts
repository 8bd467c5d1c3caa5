/**
 * Step: what the verified bytes say, held against the artifact (verification-spec §8.3 step 11; §2.1, §2.3, §2.4,
 * §3.3). Earns VerifiedClaims. An attestation is never taken for a signature.
 */
import { digestBytes, hash, type Digest, type HashAlgorithm } from "../crypto/digest.ts";
import { encodeHex } from "../encoding/hex.ts";
import { equalBytes } from "../encoding/text.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { MessageSignature } from "../sigstore/bundle.ts";
import { parseSimpleSigning } from "../sigstore/simple-signing.ts";
import { parseStatement, SIGNATURE_PREDICATE_TYPE, type Statement, type Subject } from "../sigstore/statement.ts";
import type { Artifact } from "./entity.ts";
import type { VerifiedClaims, VerifiedContent } from "./evidence.ts";

/** The claims of an image signature. Fails with a code of the steps "payload" and "claims". */
export function verifySignatureClaims({ content }: VerifiedContent, artifact: Artifact): VerifiedClaims {
  switch (content.kind) {
    case "simple-signing":
      return simpleSigningClaims(content.payload, artifact.digest);
    case "dsse":
      return statementClaims(parseStatement(content.payload), artifact.digest);
    case "message":
      checkMessageDigest(content.messageDigest, artifact);
      return { digest: artifact.digest, annotations: new Map() } as unknown as VerifiedClaims;
  }
}

function simpleSigningClaims(payload: Uint8Array, expected: Digest): VerifiedClaims {
  const { digest, dockerReference, annotations } = parseSimpleSigning(payload);
  if (digest !== expected) {
    throw new VerificationFailure(
      "PayloadDigestMismatch",
      `Cannot accept a signature about ${digest}, want ${expected}`,
      { actual: digest, expected },
    );
  }
  return { digest, dockerReference, annotations } as VerifiedClaims;
}

function statementClaims(statement: Statement, expected: Digest): VerifiedClaims {
  const { predicateType } = statement;
  if (predicateType !== SIGNATURE_PREDICATE_TYPE) {
    throw new VerificationFailure(
      "PredicateTypeNotSignature",
      `Cannot accept predicate type ${quoted(predicateType)} as a signature, want ${quoted(SIGNATURE_PREDICATE_TYPE)}`,
      { actual: quoted(predicateType), expected: SIGNATURE_PREDICATE_TYPE },
    );
  }
  const { annotations } = matchingSubject(statement, expected);
  return { digest: expected, predicateType, annotations } as VerifiedClaims;
}

/** Any subject may match, not only the first; only sha256 is compared, and only as lower-case hex (§2.3). */
function matchingSubject({ subjects }: Statement, expected: Digest): Subject {
  const hex = encodeHex(digestBytes(expected));
  const subject = subjects.find(({ digests }) => digests.get("sha256") === hex);
  if (subject !== undefined) return subject;
  const named = subjects[0]?.digests.get("sha256");
  throw new VerificationFailure(
    "StatementSubjectMismatch",
    `Cannot accept a statement about ${subjects.length === 1 && named !== undefined ? quoted(`sha256:${named}`) : `${subjects.length} other subjects`}, want ${expected}`,
  );
}

const MESSAGE_HASHES: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["SHA2_256", "sha256"],
  ["SHA2_384", "sha384"],
  ["SHA2_512", "sha512"],
]);

/** A hint, but one that must not be wrong (§3.3). The signature over the bytes was verified before. */
function checkMessageDigest(claim: MessageSignature["messageDigest"], { bytes }: Artifact): void {
  if (claim === undefined || bytes === undefined) return;
  const algorithm = MESSAGE_HASHES.get(claim.algorithm);
  if (algorithm === undefined) {
    throw new VerificationFailure(
      "MessageDigestUnsupported",
      `Cannot compare a message digest of algorithm ${quoted(claim.algorithm)}`,
    );
  }
  const actual = hash(algorithm, bytes);
  if (!equalBytes(actual, claim.digest)) {
    throw new VerificationFailure(
      "MessageDigestMismatch",
      `Cannot accept message digest ${encodeHex(claim.digest)}, want ${encodeHex(actual)}`,
    );
  }
}
