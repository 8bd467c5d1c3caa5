/** Signatures by a log's key, over promises and checkpoints alike (verification-spec §5.2, §5.4). */
import { defaultHash, verifySignature } from "../crypto/signature.ts";
import type { TransparencyLog } from "./entry.ts";

/**
 * True if the log's key made `signature` over `message`: with the hash that Sigstore names for the key, or with SHA-256,
 * which Rekor takes whatever its curve.
 */
export function isSignedByLog({ key }: TransparencyLog, message: Uint8Array, signature: Uint8Array): boolean {
  const hash = defaultHash(key.algorithm);
  if (verifySignature(key, message, signature, hash)) return true;
  return key.algorithm.kind === "ecdsa" && hash !== "sha256" && verifySignature(key, message, signature, "sha256");
}
