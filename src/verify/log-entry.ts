/**
 * Step: the log entries of a signature (verification-spec §8.3 step 5; §5). An entry counts only if it is about this very
 * signature, signer and content. Earns VerifiedEntries.
 */
import { digestBytes, splitDigest, type HashAlgorithm } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import type { LoggedContent, LoggedSignature } from "../transparency/entry.ts";
import { requireLogs, verifyLogEntries } from "../transparency/log-entries.ts";
import type { LogEvidence, VerifiedLogEntry } from "../transparency/log-entry.ts";
import { MESSAGE_HASHES } from "../sigstore/message-digest.ts";
import type { Artifact, SignedContent, SignedEntity } from "./entity.ts";
import type { VerifiedContent, VerifiedEntries } from "./evidence.ts";
import type { Requirement } from "./requirement.ts";
import { signedBytes } from "./signature.ts";

/** Fails with LogEntryMissing, LogThresholdUnmet, or the code of an entry that does not hold. */
export function verifyTransparency(
  content: VerifiedContent,
  { trust, thresholds }: Requirement,
  artifact: Artifact,
): VerifiedEntries {
  if (thresholds.logs === 0) return earned([]);
  const { entity } = content;
  const logged = loggedSignature(content, artifact);
  const entries = verifyLogEntries(entity.logEntries, trust?.logs ?? [], logged, evidenceOf(entity));
  requireLogs(entries, thresholds.logs);
  return earned(entries.verified);
}

function earned(entries: readonly VerifiedLogEntry[]): VerifiedEntries {
  return { entries } as VerifiedEntries;
}

/** §7.1: legacy annotations and bundles of version 0.1 bring a promise, later bundles a proof. */
function evidenceOf({ format }: SignedEntity): LogEvidence {
  return format === "bundle-v0.2" || format === "bundle-v0.3" ? "proof" : "promise";
}

function loggedSignature({ entity, material }: VerifiedContent, artifact: Artifact): LoggedSignature {
  const { key, leaf } = material;
  return {
    signature: entity.signature,
    signer:
      leaf === undefined ? { kind: "key", spki: key.spki } : { kind: "certificate", der: leaf.der, spki: leaf.spki },
    content: loggedContent(entity, key, artifact),
  };
}

function loggedContent(entity: SignedEntity, key: PublicKey, artifact: Artifact): LoggedContent {
  const { content } = entity;
  if (content.kind === "dsse") {
    const { payloadType, payload, envelope } = content;
    return { kind: "dsse", payloadType, payload, ...(envelope && { envelope }) };
  }
  const message = signedBytes(entity, artifact);
  if (message === undefined) {
    return { kind: "digest", algorithm: splitDigest(artifact.digest).algorithm, digest: digestBytes(artifact.digest) };
  }
  const algorithm = hashOf(content, key);
  return { kind: "message", message, ...(algorithm && { algorithm }) };
}

/**
 * §5.5: cosign logs legacy payloads by their SHA-256, but by SHA-512 where an Ed25519 key signed prehashed (§3.2); a bundle
 * says how its message is named.
 */
function hashOf(content: Exclude<SignedContent, { kind: "dsse" }>, key: PublicKey): HashAlgorithm | undefined {
  if (content.kind === "simple-signing") return key.algorithm.kind === "ed25519" ? undefined : "sha256";
  return MESSAGE_HASHES.get(content.messageDigest?.algorithm ?? "");
}
