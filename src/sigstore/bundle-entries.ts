/**
 * The log entries and time stamps of a bundle (verification-spec §7.1). What its version asks of an entry is asked of every
 * entry: one good entry does not vouch for another. Nothing here is verified, and an entry that stands twice is seen by who
 * verifies them (transparency/log-entries.ts).
 */
import { asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { InclusionProof, LogEntry } from "../transparency/entry.ts";
import type { BundleVersion } from "./bundle-shape.ts";
import { bytesOf, countOf, decodeBytes, listOf, memberOf, messageOf, messagesOf, textOf } from "./protobuf-json.ts";

const MAX_ENTRIES = 32;
const MAX_HASHES = 64;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Fails with a Bundle… code; throws EncodingError. */
export function readLogEntries(material: JsonObject, version: BundleVersion): readonly LogEntry[] {
  const entries = messagesOf(material, "tlogEntries");
  checkCount(entries, "log entries");
  return entries.map((entry) => readLogEntry(entry, version));
}

/** DER of TimeStampResp, in the order of the bundle. Fails with BundleTooManyEntries; throws EncodingError. */
export function readTimestamps(material: JsonObject): readonly Uint8Array[] {
  if (memberOf(material, "timestampVerificationData") === undefined) return [];
  const timestamps = messagesOf(messageOf(material, "timestampVerificationData"), "rfc3161Timestamps");
  checkCount(timestamps, "time stamps");
  return timestamps.map((timestamp) => bytesOf(timestamp, "signedTimestamp"));
}

function checkCount(list: readonly unknown[], what: string): void {
  if (list.length <= MAX_ENTRIES) return;
  throw new VerificationFailure(
    "BundleTooManyEntries",
    `Cannot read a bundle with ${list.length} ${what}, want at most ${MAX_ENTRIES}`,
  );
}

function readLogEntry(entry: JsonObject, version: BundleVersion): LogEntry {
  const logIndex = countOf(entry, "logIndex");
  const kindVersion = messageOf(entry, "kindVersion");
  const integratedTime = countOf(entry, "integratedTime");
  const body = bytesOf(entry, "canonicalizedBody");
  if (body.length > MAX_BODY_BYTES)
    throw new EncodingError(`canonicalizedBody has ${body.length} bytes, want at most ${MAX_BODY_BYTES}`);
  const signedEntryTimestamp = readPromise(entry, version);
  const inclusionProof = readProof(entry, version);
  return {
    keyId: bytesOf(messageOf(entry, "logId"), "keyId"),
    kindVersion: {
      kind: asString(kindVersion.get("kind"), "kindVersion.kind"),
      version: asString(kindVersion.get("version"), "kindVersion.version"),
    },
    body,
    logIndex,
    // Rekor v2 writes no time, or 0: the format cannot tell these apart
    ...(integratedTime !== 0n && { integratedTime }),
    ...(signedEntryTimestamp && { signedEntryTimestamp }),
    ...(inclusionProof && { inclusionProof }),
  };
}

/** Version 0.1 asks for a promise. */
function readPromise(entry: JsonObject, version: BundleVersion): Uint8Array | undefined {
  if (memberOf(entry, "inclusionPromise") !== undefined) {
    return bytesOf(messageOf(entry, "inclusionPromise"), "signedEntryTimestamp");
  }
  if (version !== "0.1") return undefined;
  throw new VerificationFailure(
    "BundlePromiseMissing",
    "Cannot use a log entry of a version 0.1 bundle without an inclusion promise",
  );
}

/** Versions from 0.2 ask for a proof; wherever there is one, it must have a checkpoint. */
function readProof(entry: JsonObject, version: BundleVersion): InclusionProof | undefined {
  if (memberOf(entry, "inclusionProof") === undefined) {
    if (version === "0.1") return undefined;
    throw new VerificationFailure("BundleProofMissing", "Cannot use a log entry without an inclusion proof");
  }
  const proof = messageOf(entry, "inclusionProof");
  const hashes = listOf(proof, "hashes");
  if (hashes.length > MAX_HASHES) {
    throw new EncodingError(`hashes has ${hashes.length} members, want at most ${MAX_HASHES}`);
  }
  return {
    logIndex: countOf(proof, "logIndex"),
    treeSize: countOf(proof, "treeSize"),
    rootHash: bytesOf(proof, "rootHash"),
    hashes: hashes.map((hash) => decodeBytes(hash, "hashes member")),
    checkpoint: readCheckpoint(proof),
  };
}

function readCheckpoint(proof: JsonObject): string {
  const checkpoint = memberOf(proof, "checkpoint");
  const envelope = checkpoint === undefined ? undefined : textOf(messageOf(proof, "checkpoint"), "envelope");
  if (envelope !== undefined) return envelope;
  throw new VerificationFailure(
    "BundleCheckpointMissing",
    "Cannot use an inclusion proof without checkpoint: no log has signed its root",
  );
}
