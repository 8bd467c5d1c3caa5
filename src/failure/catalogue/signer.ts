/** Reasons to refuse who signed and when: material, times, windows, identities. */
import type { FailureTable } from "../step.ts";

export const SIGNER_FAILURES = {
  SignerCertificateMissing: {
    step: "key",
    spec: "verification-spec §1.2, §12",
    hint: "the rule asks for an identity, and the signature was made with a bare key: sign keyless, or write an entry with that key",
  },
  PinnedCertificateMismatch: {
    step: "key",
    spec: "verification-spec §4.4",
    hint: "the signature was made with another certificate: sign with the pinned one",
  },
  TimestampMissing: {
    step: "timestamp",
    spec: "verification-spec §6, §8.2",
    hint: "the rule or its trust root asks for a time stamp of a timestamp authority: sign with one",
  },
  TimeMissing: {
    step: "time",
    spec: "verification-spec §8.2",
    hint: "a certificate proves nothing without the time of the signature: sign with a transparency log or a timestamp authority that the trust root holds",
  },
  TimeInFuture: {
    step: "time",
    spec: "verification-spec §5.6",
    hint: "a log or timestamp authority is ahead of Sealgate's clock: compare the clocks",
  },
  KeyTimeMissing: {
    step: "time",
    spec: "verification-spec §3.5 (4)",
    hint: "a key with validFrom or validUntil needs signatures with a proven time: sign with a transparency log or a timestamp authority",
  },
  KeyOutsideWindow: {
    step: "time",
    spec: "verification-spec §3.5 (4) (GHSA-wqqc-jjcq-vfxm)",
    hint: "the signature was made while the policy did not accept this key: sign with the current key",
  },
  SctTooFew: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the certificate was logged in fewer certificate-transparency logs than asked: sign with a certificate of the instance's own CA",
  },
  IdentityIssuerMissing: {
    step: "identity",
    spec: "verification-spec §4.4",
    hint: "the certificate does not say which identity provider vouched for its subject: sign keyless with Fulcio, or write a certificates entry for a private CA",
  },
  IdentityIssuerMismatch: {
    step: "identity",
    spec: "verification-spec §4.5",
    hint: "another identity provider vouched for the signer: sign with the one that the rule names, or add an entry for this one",
  },
  IdentitySubjectMismatch: {
    step: "identity",
    spec: "verification-spec §4.5",
    hint: "somebody else signed: add an entry for this identity to the attestor set, or sign again as the one that the rule names",
  },
  IdentityExtensionMismatch: {
    step: "identity",
    spec: "verification-spec §4.5",
    hint: "the certificate was issued to another build than the rule asks for: sign in the workflow, repository and ref that it names",
  },
} as const satisfies FailureTable;
