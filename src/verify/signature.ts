/**
 * Step: the signature over the exact signed bytes (verification-spec §8.3 step 4; hashes of §3.2). Earns VerifiedContent.
 */
import { digestBytes, hash, splitDigest, type HashAlgorithm } from "../crypto/digest.ts";
import { verifyDigestSignature, verifyEd25519ph } from "../crypto/prehashed.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import { defaultHash, verifyRsaPss, verifySignature } from "../crypto/signature.ts";
import { encodeHex } from "../encoding/hex.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { preAuthEncoding } from "../sigstore/dsse.ts";
import type { Artifact, SignedEntity } from "./entity.ts";
import type { SignerMaterial, VerifiedContent } from "./evidence.ts";
import type { SignerRequirement } from "./requirement.ts";

/** Fails with SignatureInvalid, or with MessageUnavailable or MessageDigestMismatch where the artifact is the message. */
export function verifyContentSignature(
  entity: SignedEntity,
  material: SignerMaterial,
  signer: SignerRequirement,
  artifact: Artifact,
): VerifiedContent {
  const { key } = material;
  const message = signedBytes(entity, artifact);
  const isSigned =
    message === undefined
      ? isSignedDigest(entity, key, signer, artifact)
      : hashChoices(entity, key, signer).some((hash) => isSignedMessage(entity, key, message, { hash, signer }));
  if (!isSigned) {
    throw new VerificationFailure(
      "SignatureInvalid",
      `Cannot verify signature with key sha256:${key.keyId.slice(0, 12)}…: it was made by another key or over other bytes`,
    );
  }
  return { entity, material } as VerifiedContent;
}

/** Undefined: a message signature whose message is not at hand. */
export function signedBytes({ content }: SignedEntity, artifact: Artifact): Uint8Array | undefined {
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
function artifactBytes({ bytes, digest }: Artifact): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const { algorithm } = splitDigest(digest);
  const actual = `${algorithm}:${encodeHex(hash(algorithm, bytes))}`;
  if (actual !== digest) {
    throw new VerificationFailure(
      "MessageDigestMismatch",
      `Cannot use these bytes as message: ${actual}, want ${digest}`,
    );
  }
  return bytes;
}

function isSignedMessage(
  entity: SignedEntity,
  key: PublicKey,
  message: Uint8Array,
  how: { readonly hash: HashAlgorithm; readonly signer: SignerRequirement },
): boolean {
  const { signature, content } = entity;
  if (wantsPss(how.signer)) return verifyRsaPss(key, message, signature, how.hash);
  if (verifySignature(key, message, signature, how.hash)) return true;
  // §3.2: cosign prehashes for Ed25519 key files, but never in DSSE
  return content.kind !== "dsse" && verifyEd25519ph(key, message, signature);
}

/** §3.3: with only a sha256 at hand, ECDSA and RSA with PKCS#1 v1.5 can still be verified. */
function isSignedDigest(
  entity: SignedEntity,
  key: PublicKey,
  signer: SignerRequirement,
  { digest }: Artifact,
): boolean {
  const isPossible = key.algorithm.kind !== "ed25519" && !wantsPss(signer);
  if (!isPossible || !isSha256(digest) || !hashChoices(entity, key, signer).includes("sha256")) {
    throw new VerificationFailure(
      "MessageUnavailable",
      `Cannot verify a message signature of this key without the bytes of ${digest}`,
    );
  }
  return verifyDigestSignature(key, digestBytes(digest), entity.signature);
}

function isSha256(digest: Artifact["digest"]): digest is `sha256:${string}` {
  return splitDigest(digest).algorithm === "sha256";
}

function wantsPss(signer: SignerRequirement): boolean {
  return signer.kind === "key" && signer.rsaPadding === "PSS";
}

/**
 * By key type; SHA-256 as well for the larger curves where signers of both habits exist: legacy layers, and certificates
 * (§3.2). A bundle signed with a key has one hash.
 */
function hashChoices({ format }: SignedEntity, key: PublicKey, signer: SignerRequirement): readonly HashAlgorithm[] {
  if (signer.kind === "key" && signer.hashAlgorithm !== undefined) return [signer.hashAlgorithm];
  const preferred = defaultHash(key.algorithm);
  const isLegacy = format === "legacy-signature" || format === "legacy-attestation";
  const hasTwo = key.algorithm.kind === "ecdsa" && preferred !== "sha256" && (isLegacy || signer.kind !== "key");
  return hasTwo ? [preferred, "sha256"] : [preferred];
}
