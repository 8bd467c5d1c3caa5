/**
 * What node:crypto cannot verify and @noble/curves does (verification-spec §3.2, §3.3): Ed25519ph
 * (RFC 8032 §5.1: SHA-512 prehash, dom2), which cosign writes for Ed25519 key files, and signatures over a digest whose
 * message nobody has. RSA over a digest is the public operation and an exact comparison of the DigestInfo.
 */
import { constants, publicDecrypt } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { derBitString, derSequence, parseDer } from "../encoding/der.ts";
import { decodeHex } from "../encoding/hex.ts";
import { concatBytes, equalBytes } from "../encoding/text.ts";
import type { PublicKey } from "./public-key.ts";
import { isEcdsaDer } from "./signature.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** True if `signature` is an Ed25519ph signature over `message` with an empty context. False for every other key type. */
export function verifyEd25519ph(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.algorithm.kind !== "ed25519" || signature.length !== SIGNATURE_BYTES) return false;
  // the SPKI of Ed25519 ends in the 32 raw bytes (RFC 8410 §4)
  const raw = key.spki.subarray(key.spki.length - KEY_BYTES);
  return ed25519ph.verify(Uint8Array.from(signature), message, Uint8Array.from(raw), { zip215: false });
}

const CURVES = { "P-256": p256, "P-384": p384, "P-521": p521 } as const;
const DIGEST_BYTES = 32;
/** DER of DigestInfo { sha256, NULL } up to the digest (RFC 8017 §9.2, note 1). */
const SHA256_DIGEST_INFO = decodeHex("3031300d060960864801650304020105000420", 19);

/**
 * True if `signature` was made by `key` over a message whose SHA-256 is `digest` (32 bytes): ECDSA as strict DER, or RSA
 * with PKCS#1 v1.5. False for Ed25519, which signs messages only.
 */
export function verifyDigestSignature(key: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  if (digest.length !== DIGEST_BYTES) return false;
  switch (key.algorithm.kind) {
    case "ecdsa": {
      if (!isEcdsaDer(signature)) return false;
      const point = pointOf(key);
      const options = { prehash: false, lowS: false, format: "der" } as const;
      return CURVES[key.algorithm.curve].verify(Uint8Array.from(signature), Uint8Array.from(digest), point, options);
    }
    case "rsa":
      return isRsaSignatureOf(key, digest, signature);
    case "ed25519":
      return false;
  }
}

/** The point as the SPKI holds it. */
function pointOf({ spki }: PublicKey): Uint8Array {
  const [, subjectKey] = derSequence(parseDer(spki), "SubjectPublicKeyInfo");
  return Uint8Array.from(derBitString(subjectKey, "subjectPublicKey"));
}

function isRsaSignatureOf({ handle }: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    const info = publicDecrypt({ key: handle, padding: constants.RSA_PKCS1_PADDING }, signature);
    return equalBytes(info, concatBytes(SHA256_DIGEST_INFO, digest));
  } catch {
    // OpenSSL throws for a signature of another length or padding: it is not this key's
    return false;
  }
}
