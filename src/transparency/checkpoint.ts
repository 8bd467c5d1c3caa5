/**
 * Checkpoints (C2SP tlog-checkpoint; verification-spec §5.4): a log's signed statement of its size and root. The lines of
 * the log's own key must verify; those of witnesses and other keys are passed over, in any order. A checkpoint has the form
 * of its log's generation: Rekor v1 names a tree behind its name, v2 is named as the host of the log's base URL.
 *
 *   <origin>\n
 *   <tree size, decimal>\n
 *   <base64 of the 32-byte root>\n
 *   [<extension>\n …]
 */
import { HASH_BYTES } from "../crypto/digest.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { encodeUtf8, equalBytes } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { Generation, TransparencyLog } from "./entry.ts";
import { isSignedByLog } from "./log-signature.ts";
import { HINT_BYTES, parseSignedNote, type NoteSignature } from "./signed-note.ts";

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly rootHash: Uint8Array;
  /** Authenticated, but without meaning here: old checkpoints hold a time that nobody may trust. */
  readonly extensions: readonly string[];
}

declare const brand: unique symbol;
/** A checkpoint that the log's key signed. Earned by verifyCheckpoint(). */
export type VerifiedCheckpoint = { readonly [brand]: "VerifiedCheckpoint" } & Checkpoint;

const SIZE = /^(?:0|[1-9][0-9]{0,19})$/;
/** Rekor v1: a name, and the number of the tree (the shard). */
const V1_ORIGIN = /^(.+) - [0-9]+$/u;

/** The signed text of a checkpoint. Fails with CheckpointMalformed. */
export function parseCheckpoint(text: string): Checkpoint {
  return malformed("CheckpointMalformed", "checkpoint", () => {
    if (!text.endsWith("\n")) throw new EncodingError("the last line does not end");
    const [origin = "", size = "", rootHash = "", ...extensions] = text.slice(0, -1).split("\n");
    if (origin === "") throw new EncodingError("no origin");
    if (!SIZE.test(size)) throw new EncodingError("the tree size is not a decimal number");
    const root = decodeBase64(rootHash);
    if (root.length !== HASH_BYTES.sha256) throw new EncodingError(`a root of ${root.length} bytes, want 32`);
    if (extensions.includes("")) throw new EncodingError("an empty extension line");
    return { origin, size: BigInt(size), rootHash: root, extensions };
  });
}

/** The inverse of parseCheckpoint(). */
export function formatCheckpoint({ origin, size, rootHash, extensions }: Checkpoint): string {
  return [origin, size, encodeBase64(rootHash), ...extensions].map((line) => `${line}\n`).join("");
}

/** Fails with a SignedNote… or Checkpoint… code, and with LogBaseUrlMissing. */
export function verifyCheckpoint(note: string, log: TransparencyLog, generation: Generation): VerifiedCheckpoint {
  const { text, signatures } = parseSignedNote(note);
  const own = ownSignatures(signatures, log, generation);
  const message = encodeUtf8(text);
  // a line that is repeated a hundred times is not verified a hundred times
  for (const { signature } of new Map(own.map((line) => [encodeBase64(line.signature), line])).values()) {
    if (isSignedByLog(log, message, signature)) continue;
    throw new VerificationFailure(
      "CheckpointSignatureInvalid",
      "Cannot verify the checkpoint: the log's key did not sign it",
    );
  }
  // signed by the log: from here on the text is its word
  const checkpoint = parseCheckpoint(text);
  if (generation === "v1") checkV1Origin(checkpoint.origin, own, log);
  else checkHost(checkpoint.origin, hostOf(log));
  return checkpoint as VerifiedCheckpoint;
}

/** The lines that claim the log's key, at least one; v2 asks for its name as well, since four bytes of a hash are few. */
function ownSignatures(
  signatures: readonly NoteSignature[],
  log: TransparencyLog,
  generation: Generation,
): readonly NoteSignature[] {
  const hint = (log.checkpointKeyId ?? log.keyId).subarray(0, HINT_BYTES);
  const name = generation === "v2" ? hostOf(log) : undefined;
  const own = signatures.filter((line) => equalBytes(line.hint, hint) && (name === undefined || line.name === name));
  if (own.length > 0) return own;
  throw new VerificationFailure(
    "CheckpointUnsigned",
    `Cannot find the log's own signature among ${signatures.length} of the checkpoint`,
  );
}

/** §5.4: a self-hosted Rekor names itself after its pod, and its key binds it; the public ones are held to their hosts. */
function checkV1Origin(origin: string, own: readonly NoteSignature[], log: TransparencyLog): void {
  const [, name] = V1_ORIGIN.exec(origin) ?? [];
  if (name === undefined) {
    throw new VerificationFailure(
      "CheckpointOriginMalformed",
      `Cannot use a checkpoint of origin ${quoted(origin)}, want "<name> - <tree id>"`,
    );
  }
  for (const line of own) {
    if (line.name === name) continue;
    throw new VerificationFailure(
      "CheckpointNameMismatch",
      `Cannot use a checkpoint of origin ${quoted(origin)} that is signed as ${quoted(line.name)}`,
    );
  }
  if (log.isBuiltIn) checkHost(name, hostOf(log));
}

function checkHost(name: string, host: string): void {
  if (name === host) return;
  throw new VerificationFailure(
    "CheckpointHostMismatch",
    `Cannot use a checkpoint of ${quoted(name)}, want the log's host ${quoted(host)}`,
    { actual: quoted(name), expected: quoted(host) },
  );
}

function hostOf({ baseUrl }: TransparencyLog): string {
  const host = baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "";
  if (host !== "") return host;
  throw new VerificationFailure(
    "LogBaseUrlMissing",
    "Cannot tell the host of the log: the trust root gives it no base URL",
  );
}
