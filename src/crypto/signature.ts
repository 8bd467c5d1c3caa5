/**
 * verifySignature(): the sole caller of node:crypto.verify. The hash is always named: with `null` and an EC key node
 * would silently take SHA-256 (spec §3.2). ECDSA signatures are strict DER; a wrong signature is `false`, never a throw.
 */
import { constants, verify } from "node:crypto";
import { derSequence, isDerPositive, parseDer } from "../encoding/der.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { HashAlgorithm } from "./digest.ts";
import type { KeyAlgorithm, PublicKey } from "./public-key.ts";

const MAX_SIGNATURE_BYTES = 8192;

/**
 * True if `signature` over `message` was made by `key`. `hash` is the message's hash, not used by Ed25519; RSA is
 * PKCS#1 v1.5. Requires nothing of the signature bytes: they are hostile.
 */
export function verifySignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  hash: HashAlgorithm,
): boolean {
  if (signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES) return false;
  switch (key.algorithm.kind) {
    case "ed25519":
      return signature.length === 64 && verify(null, message, key.handle, signature);
    case "ecdsa":
      return isEcdsaDer(signature) && verify(hash, message, key.handle, signature);
    case "rsa":
      return verify(hash, message, { key: key.handle, padding: constants.RSA_PKCS1_PADDING }, signature);
  }
}

/** As verifySignature(), for RSA keys with PSS padding: MGF1 of the same hash, salt of any length (spec §3.2). False for other keys. */
export function verifyRsaPss(key: PublicKey, message: Uint8Array, signature: Uint8Array, hash: HashAlgorithm): boolean {
  if (key.algorithm.kind !== "rsa" || signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES) return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
  return verify(hash, message, { key: key.handle, padding, saltLength }, signature);
}

/** Sigstore's default hash for a key (spec §3.2 table). */
export function defaultHash(algorithm: KeyAlgorithm): HashAlgorithm {
  if (algorithm.kind !== "ecdsa") return algorithm.kind === "ed25519" ? "sha512" : "sha256";
  switch (algorithm.curve) {
    case "P-256":
      return "sha256";
    case "P-384":
      return "sha384";
    case "P-521":
      return "sha512";
  }
}

/** SEQUENCE of two positive INTEGERs, DER only (spec §3.2: no IEEE P1363 fallback). */
export function isEcdsaDer(signature: Uint8Array): boolean {
  try {
    const [r, s, ...rest] = derSequence(parseDer(signature), "ECDSA signature");
    return rest.length === 0 && isDerPositive(r, "r") && isDerPositive(s, "s");
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}
