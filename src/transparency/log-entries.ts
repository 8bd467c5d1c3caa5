/**
 * The log entries of one signature together (verification-spec §0.8, §0.9, §8.1). Three outcomes for an entry:
 *
 *   verified      it counts, and its promise may give a time
 *   passed over   of a log that the trust root does not hold, or of a kind that is not read: nothing about it can be
 *                 verified, so it does not count; other entries may still be enough
 *   refused       a log of the trust root, a kind that is read, and a promise, proof or body that does not hold: whoever
 *                 made that has tampered with it, and the whole signature is refused, however good its other entries are
 */
import { attempt } from "../failure/attempt.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { LogEntry, LoggedSignature, TransparencyLog } from "./entry.ts";
import { verifyLogEntry, type LogEvidence, type VerifiedLogEntry } from "./log-entry.ts";

export interface VerifiedLogEntries {
  readonly verified: readonly VerifiedLogEntry[];
  /** Why the others do not count: an explanation where too few are left. */
  readonly passedOver: readonly VerificationFailure[];
}

const MAX_ENTRIES = 32;
const PASSED_OVER: ReadonlySet<FailureCode> = new Set<FailureCode>(["LogUnknown", "LogKindUnsupported"]);

/** Fails with LogEntryTooMany, LogEntryDuplicate, or as verifyLogEntry() for the first entry that is refused. */
export function verifyLogEntries(
  entries: readonly LogEntry[],
  logs: readonly TransparencyLog[],
  logged: LoggedSignature,
  evidence: LogEvidence,
): VerifiedLogEntries {
  checkList(entries);
  const verified: VerifiedLogEntry[] = [];
  const passedOver: VerificationFailure[] = [];
  for (const entry of entries) {
    const result = attempt(() => verifyLogEntry(entry, logs, logged, evidence));
    if (result.ok) verified.push(result.value);
    else if (PASSED_OVER.has(result.failure.code)) passedOver.push(result.failure);
    else throw result.failure;
  }
  return { verified, passedOver };
}

/**
 * Entries of at least `count` distinct logs: one log that says it twice is one witness (GHSA-9vcr-p3rj-q5q6). Fails with
 * LogEntryMissing, LogThresholdUnmet, or with the reason why the only entries do not count.
 */
export function requireLogs({ verified, passedOver }: VerifiedLogEntries, count: number): void {
  const logs = new Set(verified.map(({ logId }) => logId)).size;
  if (logs >= count) return;
  const [reason] = passedOver;
  if (logs === 0) {
    throw (
      reason ??
      new VerificationFailure("LogEntryMissing", "Cannot find the signature in a transparency log: it has no log entry")
    );
  }
  throw new VerificationFailure(
    "LogThresholdUnmet",
    `Cannot accept entries of ${logs} transparency ${logs === 1 ? "log" : "logs"}, want ${count}`,
    reason === undefined ? {} : { cause: reason },
  );
}

function checkList(entries: readonly LogEntry[]): void {
  if (entries.length > MAX_ENTRIES) {
    throw new VerificationFailure(
      "LogEntryTooMany",
      `Cannot verify ${entries.length} log entries, want at most ${MAX_ENTRIES}`,
    );
  }
  const seen = new Set<string>();
  for (const { keyId, logIndex } of entries) {
    const name = `${encodeHex(keyId)} ${logIndex}`;
    if (seen.has(name)) {
      throw new VerificationFailure(
        "LogEntryDuplicate",
        `Cannot use a signature that names entry ${logIndex} of a log twice`,
      );
    }
    seen.add(name);
  }
}
