/**
 * One log entry, from a hostile claim to evidence (verification-spec §5): which log of the trust root speaks, that its entry
 * is about this signature, and that the log promised or proved to hold it. The kind of the body decides between the
 * generations of Rekor, once, and everything after follows that decision. Earns VerifiedLogEntry.
 *
 *                 promise (SET)                        inclusion proof with checkpoint
 *   v1, promise   must be there and verify             must verify if there
 *   v1, proof     must verify if there                 must be there and verify
 *   v2            ignored: the log makes none          must be there and verify
 */
import { encodeHex } from "../encoding/hex.ts";
import type { Instant } from "../encoding/instant.ts";
import { contains, type Interval } from "../encoding/interval.ts";
import { equalBytes } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { verifyCheckpoint } from "./checkpoint.ts";
import type { Generation, InclusionProof, LogEntry, LoggedSignature, TransparencyLog } from "./entry.ts";
import { leafHash, rootFromInclusionProof } from "./inclusion-proof.ts";
import { checkBody } from "./rekor/kinds.ts";
import { verifySignedEntryTimestamp } from "./signed-entry-timestamp.ts";

/** What the carrier of an entry must bring: annotations and bundles 0.1 the promise, bundles from 0.2 on the proof (§7.1). */
export type LogEvidence = "promise" | "proof";

declare const brand: unique symbol;
/** An entry that a log of the trust root holds, or promised to, about the signature it was held against. */
export type VerifiedLogEntry = { readonly [brand]: "VerifiedLogEntry" } & {
  /** Lower-case hex of the log's key id: distinct logs count, not entries. */
  readonly logId: string;
  readonly logIndex: bigint;
  readonly generation: Generation;
  /** By a verified promise alone: a proof says nothing about time (§5.6). Lies in the log's window. */
  readonly integratedTime?: Instant;
  /** When the trust root trusts the log's key: for entries without a time of their own. */
  readonly validFor: Interval;
};

/** Fails with a Log…, Checkpoint…, SignedNote…, SignedEntryTimestamp… or IntegratedTime… code. */
export function verifyLogEntry(
  entry: LogEntry,
  logs: readonly TransparencyLog[],
  logged: LoggedSignature,
  evidence: LogEvidence,
): VerifiedLogEntry {
  const log = logOf(entry, logs);
  checkIndex(entry.logIndex);
  // before any signature of the log: cheap, and it says best what an entry of another signature is
  const generation = checkBody(entry, logged);
  const integratedTime = generation === "v1" ? verifyV1(entry, log, evidence) : verifyV2(entry, log);
  return {
    logId: encodeHex(entry.keyId),
    logIndex: entry.logIndex,
    generation,
    ...(integratedTime === undefined ? {} : { integratedTime }),
    validFor: log.validFor,
  } as VerifiedLogEntry;
}

/**
 * For an entry without a time of its own, a proof alone or one of Rekor v2: one of the times that others proved must lie in
 * the window of the log's key. One is enough: a later time stamp over the same signature takes nothing away. Without any
 * time there is nothing to compare. Fails with LogKeyOutsideWindow (§5.1).
 */
export function checkLogWindow({ integratedTime, validFor }: VerifiedLogEntry, times: readonly Instant[]): void {
  if (integratedTime !== undefined || times.length === 0 || times.some((time) => contains(validFor, time))) return;
  throw new VerificationFailure(
    "LogKeyOutsideWindow",
    `Cannot use the log's key at ${times.map((time) => new Date(time).toISOString()).join(", ")}: the trust root trusts it at other times`,
  );
}

/** By the key id that the trust root gives, never by position and never by a hash of our own (§5.1). */
function logOf({ keyId }: LogEntry, logs: readonly TransparencyLog[]): TransparencyLog {
  const log = logs.find((candidate) => equalBytes(candidate.keyId, keyId));
  if (log !== undefined) return log;
  throw new VerificationFailure(
    "LogUnknown",
    `Cannot verify an entry of the log ${encodeHex(keyId.subarray(0, 32))}: it is not in the trust root`,
  );
}

function checkIndex(index: bigint): void {
  if (index >= 0n && index <= BigInt(Number.MAX_SAFE_INTEGER)) return;
  throw new VerificationFailure("LogIndexOutOfRange", `Cannot use the log index ${index}, want 0 to 2^53 - 1`);
}

function verifyV1(entry: LogEntry, log: TransparencyLog, evidence: LogEvidence): Instant | undefined {
  const { signedEntryTimestamp, inclusionProof } = entry;
  if (signedEntryTimestamp === undefined && evidence === "promise") {
    throw new VerificationFailure(
      "SignedEntryTimestampMissing",
      "Cannot use a log entry without the log's promise, want a signed entry timestamp",
    );
  }
  if (inclusionProof !== undefined) verifyProof(entry, inclusionProof, log, "v1");
  else if (evidence === "proof") throw proofMissing();
  return signedEntryTimestamp && verifySignedEntryTimestamp(entry, signedEntryTimestamp, log);
}

/** §5.7: one tree, so one index; no promise, so no time. */
function verifyV2(entry: LogEntry, log: TransparencyLog): undefined {
  const { logIndex, inclusionProof } = entry;
  if (inclusionProof === undefined) throw proofMissing();
  if (inclusionProof.logIndex !== logIndex) {
    throw new VerificationFailure(
      "LogIndexMismatch",
      `Cannot use a log entry of index ${logIndex} with a proof for index ${inclusionProof.logIndex}`,
    );
  }
  verifyProof(entry, inclusionProof, log, "v2");
}

function proofMissing(): VerificationFailure {
  return new VerificationFailure("LogProofMissing", "Cannot use a log entry without inclusion proof");
}

/** Size and root come from the signed checkpoint; what the proof says of them must not differ (§5.3). */
function verifyProof({ body }: LogEntry, proof: InclusionProof, log: TransparencyLog, generation: Generation): void {
  const { logIndex: index, treeSize, rootHash, hashes } = proof;
  if (proof.checkpoint === undefined) {
    throw new VerificationFailure("CheckpointMissing", "Cannot use an inclusion proof without checkpoint");
  }
  const checkpoint = verifyCheckpoint(proof.checkpoint, log, generation);
  if (treeSize !== checkpoint.size) {
    throw new VerificationFailure(
      "CheckpointSizeMismatch",
      `Cannot use a proof for a tree of ${treeSize} entries with a checkpoint of ${checkpoint.size}`,
    );
  }
  checkRoot("CheckpointRootMismatch", "the proof's root", rootHash, checkpoint.rootHash);
  const computed = rootFromInclusionProof(leafHash(body), { index, size: checkpoint.size, hashes });
  checkRoot("LogProofRootMismatch", "the root that the proof leads to", computed, checkpoint.rootHash);
}

function checkRoot(
  code: "CheckpointRootMismatch" | "LogProofRootMismatch",
  what: string,
  root: Uint8Array,
  wanted: Uint8Array,
): void {
  if (equalBytes(root, wanted)) return;
  const [actual, expected] = [encodeHex(root.subarray(0, 32)), encodeHex(wanted)];
  throw new VerificationFailure(code, `Cannot use an inclusion proof: ${what} is ${actual}, want ${expected}`, {
    actual,
    expected,
  });
}
