/** Reasons to refuse what a timestamp authority says (verification-spec §6). Its certificates have codes of their own. */
import type { FailureTable } from "../step.ts";

export const TIMESTAMP_FAILURES = {
  TooManyTimestamps: {
    step: "timestamp",
    spec: "verification-spec §6",
    hint: "a signature carries at most 32 time stamps: sign again with one or two",
  },
  TimestampMalformed: {
    step: "timestamp",
    spec: "verification-spec §0.6, §6 (1)",
    hint: "the time stamp is not a strict DER TimeStampResp of at most 64 KiB: ask the authority for another and sign again",
  },
  TimestampNotGranted: {
    step: "timestamp",
    spec: "RFC 3161 §2.4.2",
    hint: "the authority refused or changed the request: sign again and keep only responses that were granted",
  },
  TimestampTokenMissing: {
    step: "timestamp",
    spec: "RFC 3161 §2.4.2",
    hint: "the authority's response says granted and holds no token: sign again",
  },
  TimestampNotSignedData: {
    step: "timestamp",
    spec: "verification-spec §6 (2)",
    hint: "a time-stamp token is CMS signed data: sign again with an RFC 3161 authority",
  },
  TimestampSignedDataVersion: {
    step: "timestamp",
    spec: "RFC 5652 §5.1",
    hint: "the signed data of a time-stamp token has version 3: sign again with an RFC 3161 authority",
  },
  TimestampContentUnsupported: {
    step: "timestamp",
    spec: "verification-spec §6 (2)",
    hint: "the token signs something else than a time (id-ct-TSTInfo): sign again with an RFC 3161 authority",
  },
  TimestampSignerCount: {
    step: "timestamp",
    spec: "RFC 3161 §2.4.2",
    hint: "a time-stamp token has exactly one signer: sign again",
  },
  TimestampSignerInfoVersion: {
    step: "timestamp",
    spec: "RFC 5652 §5.3",
    hint: "the token's signer information has version 1: sign again with an RFC 3161 authority",
  },
  TimestampSignerIdentifier: {
    step: "timestamp",
    spec: "verification-spec §6 (3)",
    hint: "the token names its signer by a key identifier: configure the authority to name issuer and serial number",
  },
  TimestampDigestAlgorithmUnlisted: {
    step: "timestamp",
    spec: "RFC 5652 §5.1",
    hint: "the token does not list the hash that its signer used: it was changed, or its authority is faulty",
  },
  TimestampHashUnsupported: {
    step: "timestamp",
    spec: "verification-spec §6 (6)",
    hint: "configure the authority to sign with SHA-256, SHA-384 or SHA-512; SHA-1 and MD5 prove nothing",
  },
  TimestampSignatureUnsupported: {
    step: "timestamp",
    spec: "verification-spec §6 (6)",
    hint: "use an authority that signs with ECDSA or RSA and SHA-256, SHA-384 or SHA-512",
  },
  TimestampAlgorithmMismatch: {
    step: "timestamp",
    spec: "verification-spec §6 (6)",
    hint: "the token's digest and signature algorithms name two hashes: it was changed, or its authority is faulty",
  },
  TimestampAttributesMissing: {
    step: "timestamp",
    spec: "verification-spec §6 (5)",
    hint: "the token's signature does not cover the attributes that RFC 3161 demands: use another authority",
  },
  TimestampAttributesUnsorted: {
    step: "timestamp",
    spec: "RFC 5652 §5.3",
    hint: "the token's signed attributes are not in DER order: use another authority",
  },
  TimestampAttributeMissing: {
    step: "timestamp",
    spec: "RFC 5652 §11",
    hint: "the signed attributes contentType and messageDigest are mandatory: use another authority",
  },
  TimestampAttributeDuplicate: {
    step: "timestamp",
    spec: "RFC 5652 §11",
    hint: "a signed attribute stands twice in the token or has two values: use another authority",
  },
  TimestampContentTypeMismatch: {
    step: "timestamp",
    spec: "RFC 5652 §11.1",
    hint: "the authority signed something else than a time stamp: the token was put together from others",
  },
  TimestampMessageDigestMismatch: {
    step: "timestamp",
    spec: "RFC 5652 §11.2",
    hint: "the authority did not sign this time: the token was changed",
  },
  TimestampAuthorityUnknown: {
    step: "timestamp",
    spec: "verification-spec §6 (4)",
    hint: "the time stamp comes from an authority that the trust root does not hold: name its trust root, or use an authority that it holds",
  },
  TimestampSignerMissing: {
    step: "timestamp",
    spec: "verification-spec §6 (4)",
    hint: "neither the token nor the trust root holds the authority's certificate: put it first into the trust root's certChain, or ask for tokens with certReq",
  },
  TimestampSignerConflict: {
    step: "timestamp",
    spec: "verification-spec §6 (4)",
    hint: "the token carries another certificate under the name and serial number of its signer: it may be forged",
  },
  TimestampCertificateMismatch: {
    step: "timestamp",
    spec: "RFC 5816 §2.2.1",
    hint: "the authority signed for another certificate than this one: the token may be forged",
  },
  TimestampSignatureInvalid: {
    step: "timestamp",
    spec: "verification-spec §6 (6)",
    hint: "the authority's key did not sign this token: it was changed or forged",
  },
  TimestampInfoVersion: {
    step: "timestamp",
    spec: "RFC 3161 §2.4.2",
    hint: "only version 1 of TSTInfo exists: use another authority",
  },
  TimestampImprintUnsupported: {
    step: "timestamp",
    spec: "verification-spec §6 (7)",
    hint: "ask for time stamps over a SHA-256, SHA-384 or SHA-512 hash; SHA-1 proves nothing",
  },
  TimestampImprintMismatch: {
    step: "timestamp",
    spec: "verification-spec §6 (7)",
    hint: "the time stamp is about another signature: it is taken over the raw bytes of the signature, not over the artifact or base64 text",
  },
  TimestampCriticalExtension: {
    step: "timestamp",
    spec: "verification-spec §6 (7)",
    hint: "the time stamp has a critical extension that Sealgate does not understand: use another authority",
  },
} as const satisfies FailureTable;
