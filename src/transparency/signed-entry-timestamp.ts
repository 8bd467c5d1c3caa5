/**
 * Signed entry timestamps, the inclusion promises of Rekor v1 (verification-spec §5.2): the log's signature over an entry
 * and the time at which it took it in. The one thing that makes an integrated time more than a claim (§5.6).
 *
 *   {"body":"<base64>","integratedTime":<seconds>,"logID":"<hex>","logIndex":<index over all shards>}
 *
 * Those are the exact bytes: RFC 8785 leaves nothing to escape in base64, hex and integers, and sorts the names as they
 * stand here.
 */
import { encodeBase64 } from "../encoding/base64.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { Instant } from "../encoding/instant.ts";
import { contains } from "../encoding/interval.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { LogEntry, TransparencyLog } from "./entry.ts";
import { isSignedByLog } from "./log-signature.ts";

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write; far below 2^53. */
const MAX_SECONDS = 253_402_300_799n;

/** What the log signs. Requires an index and a time that are safe integers. */
export function promisedBytes({ body, keyId, logIndex }: LogEntry, integratedTime: bigint): Uint8Array {
  return encodeUtf8(
    `{"body":"${encodeBase64(body)}","integratedTime":${integratedTime},"logID":"${encodeHex(keyId)}","logIndex":${logIndex}}`,
  );
}

/**
 * The integrated time, proven. Requires that `log` is the one the entry names. Fails with SignedEntryTimestampInvalid,
 * LogKeyOutsideWindow or an IntegratedTime… code.
 */
export function verifySignedEntryTimestamp(entry: LogEntry, timestamp: Uint8Array, log: TransparencyLog): Instant {
  const { integratedTime } = entry;
  if (integratedTime === undefined) {
    throw new VerificationFailure(
      "IntegratedTimeMissing",
      "Cannot verify the log's promise: the entry does not say when it was integrated",
    );
  }
  if (integratedTime < 0n || integratedTime > MAX_SECONDS) {
    throw new VerificationFailure(
      "IntegratedTimeOutOfRange",
      `Cannot use the integrated time ${integratedTime}, want 0 to ${MAX_SECONDS}`,
    );
  }
  if (!isSignedByLog(log, promisedBytes(entry, integratedTime), timestamp)) {
    throw new VerificationFailure(
      "SignedEntryTimestampInvalid",
      `Cannot verify the log's promise for entry ${entry.logIndex}: the log's key did not sign it`,
    );
  }
  const instant = Number(integratedTime) * 1000;
  if (!contains(log.validFor, instant)) {
    throw new VerificationFailure(
      "LogKeyOutsideWindow",
      `Cannot use the log's key at ${new Date(instant).toISOString()}: the trust root trusts it at other times`,
    );
  }
  return instant;
}
