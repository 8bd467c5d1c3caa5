/** Reasons to refuse what was signed: simple signing, an in-toto statement, the artifact itself. */
import type { FailureTable } from "../step.ts";

export const PAYLOAD_FAILURES = {
  PayloadMalformed: {
    step: "payload",
    spec: "verification-spec §2.1",
    hint: "the signed payload is not simple-signing JSON: sign the image again with cosign sign",
  },
  PayloadTypeMismatch: {
    step: "payload",
    spec: "verification-spec §2.1",
    hint: 'the payload is not a "cosign container image signature": sign the image with cosign sign',
  },
  PayloadMemberUnknown: {
    step: "payload",
    spec: "verification-spec §2.1",
    hint: 'the payload has a critical member that cannot be honoured: put extra data under "optional" and sign again',
  },
  PayloadDigestMismatch: {
    step: "claims",
    spec: "verification-spec §2.1",
    hint: "the signature is about another image: sign this digest, or deploy the digest that was signed",
  },
  StatementMalformed: {
    step: "payload",
    spec: "verification-spec §2.3",
    hint: "the signed payload is not an in-toto statement: sign again",
  },
  StatementTypeUnknown: {
    step: "payload",
    spec: "verification-spec §2.3",
    hint: "in-toto statements of version 0.1 and 1 are read: sign again with one of these",
  },
  StatementSubjectMissing: {
    step: "payload",
    spec: "verification-spec §2.3",
    hint: "the statement names no subject: sign again",
  },
  StatementTooLarge: {
    step: "payload",
    spec: "verification-spec §0.9",
    hint: "a statement holds at most 1024 subjects of 32 digests each, and 4,000,000 values nested 64 deep: sign in several statements",
  },
  StatementDigestMalformed: {
    step: "payload",
    spec: "verification-spec §0.4",
    hint: "a subject's sha256, sha384 or sha512 is not lower-case hex of its length: sign again",
  },
  StatementPredicateMissing: {
    step: "payload",
    spec: "verification-spec §2.3",
    hint: "only the statement of an image signature may lack its predicate: attest again",
  },
  StatementSubjectMismatch: {
    step: "claims",
    spec: "verification-spec §2.3",
    hint: "no subject of the statement is this image: sign this digest, or deploy a digest that was signed",
  },
  PredicateTypeNotSignature: {
    step: "claims",
    spec: "verification-spec §2.4",
    hint: "this is an attestation, and an attestation is no signature of the image: sign the image with cosign sign",
  },
  PredicateTypeMismatch: {
    step: "claims",
    spec: "verification-spec §2.4 (CVE-2022-35929)",
    hint: "the statement is of another type than the rule asks for: attest with that type",
  },
  StatementMissing: {
    step: "claims",
    spec: "verification-spec §2.4",
    hint: "a signature says nothing but that the image was signed: attest the image with the predicate that the rule asks for",
  },
  AnnotationMissing: {
    step: "claims",
    spec: "verification-spec §2.1",
    hint: 'the signed payload lacks an annotation that the rule asks for: sign with "cosign sign -a name=value"',
  },
  AnnotationMismatch: {
    step: "claims",
    spec: "verification-spec §2.1",
    hint: "the signed payload has another value for an annotation that the rule asks for: sign with that value",
  },
  MessageDigestMismatch: {
    step: "claims",
    spec: "verification-spec §3.3",
    hint: "the signature is about other bytes than this image's manifest: sign this digest",
  },
  MessageDigestUnsupported: {
    step: "claims",
    spec: "verification-spec §3.3",
    hint: "the bundle names its message by a hash other than SHA2_256, SHA2_384 or SHA2_512: sign again",
  },
  MessageUnavailable: {
    step: "claims",
    spec: "verification-spec §3.3",
    hint: "a message signature is verified over the manifest itself, which was not at hand",
  },
} as const satisfies FailureTable;
