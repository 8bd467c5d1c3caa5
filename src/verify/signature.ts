/**
 * Step: the signature over the exact signed bytes, by the key of the policy (verification-spec §8.3 step 4; hashes of
 * §3.2). Earns VerifiedContent.
 */
import { digestOf, type HashAlgorithm } from "../crypto/digest.ts";
import { verifyEd25519ph } from "../crypto/prehashed.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import { defaultHash, verifySignature } from "../crypto/signature.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { preAuthEncoding } from "../sigstore/dsse.ts";
import type { Artifact, SignedEntity } from "./entity.ts";
import type { VerifiedContent } from "./evidence.ts";

/** Fails with SignatureInvalid, or with MessageUnavailable or MessageDigestMismatch where the artifact is the message. */
export function verifyContentSignature(entity: SignedEntity, key: PublicKey, artifact: Artifact): VerifiedContent {
  const message = signedBytes(entity, artifact);
  const isSigned = hashChoices(entity, key).some((hash) => verifySignature(key, message, entity.signature, hash));
  // §3.2: cosign prehashes for Ed25519 key files, but never in DSSE
  const isPrehashed = (): boolean => entity.content.kind !== "dsse" && verifyEd25519ph(key, message, entity.signature);
  if (!isSigned && !isPrehashed()) {
    throw new VerificationFailure(
      "SignatureInvalid",
      `Cannot verify signature with key sha256:${key.keyId.slice(0, 12)}…: it was made by another key or over other bytes`,
    );
  }
  return { content: entity.content, principal: { kind: "key", keyId: key.keyId } } as VerifiedContent;
}

function signedBytes({ content }: SignedEntity, artifact: Artifact): Uint8Array {
  switch (content.kind) {
    case "simple-signing":
      return content.payload;
    case "dsse":
      return preAuthEncoding(content.payloadType, content.payload);
    case "message":
      return artifactBytes(artifact);
  }
}

/** Requires nothing of the caller: the bytes are hashed again, since the digest is what will be admitted. */
function artifactBytes({ bytes, digest }: Artifact): Uint8Array {
  if (bytes === undefined) {
    throw new VerificationFailure(
      "MessageUnavailable",
      `Cannot verify a message signature without the bytes of ${digest}`,
    );
  }
  const actual = digestOf(bytes);
  if (actual !== digest) {
    throw new VerificationFailure(
      "MessageDigestMismatch",
      `Cannot use these bytes as message: ${actual}, want ${digest}`,
    );
  }
  return bytes;
}

/** cosign signs legacy payloads with the curve's hash or with SHA-256, by its version: both are tried (§3.2). */
function hashChoices({ format }: SignedEntity, key: PublicKey): readonly HashAlgorithm[] {
  const preferred = defaultHash(key.algorithm);
  const hasTwo = format === "legacy-signature" && key.algorithm.kind === "ecdsa" && preferred !== "sha256";
  return hasTwo ? [preferred, "sha256"] : [preferred];
}
