/** Reasons to refuse a trust root: what it says is trusted, so it must say it clearly. */
import type { FailureTable } from "../step.ts";

export const TRUST_ROOT_FAILURES = {
  TrustRootMalformed: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "the file is no trusted_root.json: take it from the instance's TUF repository, or make it with cosign trusted-root create",
  },
  TrustRootVersionUnsupported: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "trusted_root.json of version 0.1 and 0.2 is read: write one of these",
  },
  TrustRootMemberUnknown: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "the trust root has a member that its version does not have, which may restrict what it trusts: remove it if it does not",
  },
  TrustRootLogStartMissing: {
    step: "trust-root",
    spec: "verification-spec §5.1",
    hint: "a log's key has a validFor with a start: write since when the log is trusted",
  },
  TrustRootLogDuplicate: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "two logs have the same keyId: remove the one that is wrong",
  },
  TrustRootKeyMalformed: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "a log's rawBytes hold a strict DER SubjectPublicKeyInfo of a supported key: write the key again",
  },
  TrustRootKeyMismatch: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "a log's keyDetails name another algorithm than its key has: correct the one that is wrong",
  },
  TrustRootCertificateMalformed: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "a certificate of an authority cannot be read or has a key that is not supported: write the chain again",
  },
  TrustRootChainBroken: {
    step: "trust-root",
    spec: "verification-spec §7.2",
    hint: "an authority's certificates stand with the issuer of leaves first and the root last, each issued by the next: correct the order",
  },
} as const satisfies FailureTable;
