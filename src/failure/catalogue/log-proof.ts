/** Reasons to refuse what a transparency log says: its promise, its proof, its checkpoint. */
import type { FailureTable } from "../step.ts";

export const LOG_PROOF_FAILURES = {
  SignedEntryTimestampMissing: {
    step: "log-entry",
    spec: "verification-spec §5.2, §7.1",
    hint: "the log's promise is missing, which annotations and bundles of version 0.1 must carry: sign again",
  },
  SignedEntryTimestampInvalid: {
    step: "log-entry",
    spec: "verification-spec §5.2",
    hint: "the log did not promise this entry at this time: it may be forged; sign again",
  },
  IntegratedTimeMissing: {
    step: "log-entry",
    spec: "verification-spec §5.2",
    hint: "the log's promise is about a time that the entry does not name: sign again",
  },
  IntegratedTimeOutOfRange: {
    step: "log-entry",
    spec: "verification-spec §5.2",
    hint: "the entry's time is no date: it may be forged; sign again",
  },
  LogKeyOutsideWindow: {
    step: "log-entry",
    spec: "verification-spec §5.1",
    hint: "the trust root trusts the log's key only within its validFor: sign again with the current log",
  },
  LogProofMissing: {
    step: "log-entry",
    spec: "verification-spec §5.3, §7.1",
    hint: "the entry does not prove that its log holds it: sign again with a current cosign",
  },
  LogProofMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.3 (RFC 6962 §2.1.1)",
    hint: "the inclusion proof cannot belong to any tree: fetch the entry from its log again, or sign again",
  },
  LogProofRootMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.3 (RFC 6962 §2.1.1)",
    hint: "the log's tree does not hold this entry: it may be forged; sign again",
  },
  CheckpointMissing: {
    step: "log-entry",
    spec: "verification-spec §5.3, §7.1",
    hint: "the inclusion proof has no checkpoint signed by the log: sign again with a current cosign",
  },
  SignedNoteMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.4 (C2SP signed-note)",
    hint: "the checkpoint is no signed note: fetch the entry from its log again, or sign again",
  },
  CheckpointMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.4 (C2SP tlog-checkpoint)",
    hint: "the checkpoint does not name origin, size and root: ask the operator of the log",
  },
  CheckpointUnsigned: {
    step: "log-entry",
    spec: "verification-spec §5.4",
    hint: "no signature of the checkpoint claims the log's key and name: it is of another log, or was tampered with; sign again",
  },
  CheckpointSignatureInvalid: {
    step: "log-entry",
    spec: "verification-spec §5.4",
    hint: "the log did not sign this checkpoint: it may be forged; sign again",
  },
  CheckpointOriginMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.4, §5.7",
    hint: 'an entry of Rekor v1 comes with a checkpoint of origin "<name> - <tree id>": this one is of another kind of log',
  },
  CheckpointNameMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.4",
    hint: "the checkpoint's origin and its signature name two logs: ask the operator of the log",
  },
  CheckpointHostMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.4, §5.7",
    hint: "the checkpoint is named otherwise than the host of the log's baseUrl in the trust root: correct the trust root, or the log's name",
  },
  CheckpointSizeMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.3",
    hint: "proof and checkpoint are of different sizes of the tree: fetch the entry from its log again, or sign again",
  },
  CheckpointRootMismatch: {
    step: "log-entry",
    spec: "verification-spec §5.3",
    hint: "proof and checkpoint name different roots: fetch the entry from its log again, or sign again",
  },
  LogBaseUrlMissing: {
    step: "log-entry",
    spec: "verification-spec §5.4",
    hint: "checkpoints of this log are named after its host: give it a baseUrl in the trust root",
  },
} as const satisfies FailureTable;
