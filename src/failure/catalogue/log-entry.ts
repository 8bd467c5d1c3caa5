/** Reasons to refuse log entries: which log, how many, and whether they are about this signature. */
import type { FailureTable } from "../step.ts";

export const LOG_ENTRY_FAILURES = {
  LogEntryMissing: {
    step: "log-entry",
    spec: "verification-spec §8.2",
    hint: "the rule wants signatures that are in a transparency log: sign without --tlog-upload=false, or set insecureIgnoreTlog: true",
  },
  LogThresholdUnmet: {
    step: "log-entry",
    spec: "verification-spec §8.1",
    hint: "distinct logs count, not entries: log the signature in as many as the rule wants",
  },
  LogEntryTooMany: {
    step: "log-entry",
    spec: "verification-spec §0.9",
    hint: "a signature carries at most 32 log entries: sign again",
  },
  LogEntryDuplicate: {
    step: "log-entry",
    spec: "verification-spec §8.1",
    hint: "the same entry of the same log stands twice: sign again",
  },
  LogUnknown: {
    step: "log-entry",
    spec: "verification-spec §5.1",
    hint: "the signature was logged by another Sigstore than the rule trusts: name its trust root, or sign with the right one",
  },
  LogIndexOutOfRange: {
    step: "log-entry",
    spec: "verification-spec §5.2",
    hint: "no log has such an index: sign again",
  },
  LogIndexMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.3, §5.7",
    hint: "entry and proof of a Rekor v2 log name two indexes: fetch the entry from its log again, or sign again",
  },
  LogBodyTooLarge: {
    step: "log-entry",
    spec: "verification-spec §0.9",
    hint: "entries of at most 4 MiB are read: sign with a current cosign, which logs hashes",
  },
  LogBodyMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "the log entry is not what its kind says: sign again",
  },
  LogBodyMemberUnknown: {
    step: "log-entry",
    spec: "verification-spec §5.7",
    hint: "the log entry has a member that its kind does not have: sign again with a current cosign",
  },
  LogBodyNotCanonical: {
    step: "log-entry",
    spec: "verification-spec §5.7 (RFC 8785)",
    hint: "the log entry is not written as Rekor v2 writes it: it may be forged; sign again",
  },
  LogKindUnsupported: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "read are hashedrekord, dsse, intoto and rekord of Rekor v1, hashedrekord and dsse 0.0.2 of v2: sign with cosign",
  },
  LogKindMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "the bundle calls its log entry another kind than it is: it was tampered with; sign again",
  },
  LogKindUnfit: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "envelopes and messages are logged by different kinds of entries: this one belongs to another signature",
  },
  LogEnvelopeUnavailable: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "a bundle cannot prove its signature by an intoto 0.0.1 entry: attest again with a current cosign",
  },
  LogFormatUnsupported: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "only entries with X.509 certificates and PEM keys are read, not PGP, minisign or SSH: sign with cosign",
  },
  LogSignatureCount: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "a log entry is about one signature: log each by itself",
  },
  LogSignatureMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "the log entry is about another signature: it may be borrowed; sign again",
  },
  LogSignerMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "the log entry is about a signature by another certificate or key: it may be borrowed; sign again",
  },
  LogKeyDetailsMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.7",
    hint: "the log entry names another type of key than the one that signed: sign again with a current cosign",
  },
  LogDigestAlgorithmUnsupported: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "digests are SHA-256, SHA-384 or SHA-512: sign again",
  },
  LogDigestAlgorithmMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "the log entry uses another hash than the signature: sign again",
  },
  LogDigestMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "the log entry is about other content: it may be borrowed; sign again",
  },
  LogPayloadHashMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5, §5.7",
    hint: "the log entry is about another payload: it may be borrowed; attest again",
  },
  LogEnvelopeHashMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "the log entry is about another envelope: it may be borrowed; attest again",
  },
  LogPayloadTypeMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.5",
    hint: "the log entry is about a payload of another type: it may be borrowed; attest again",
  },
} as const satisfies FailureTable;
