/**
 * Ed25519ph (RFC 8032 §5.1: SHA-512 prehash, dom2), which cosign writes for Ed25519 key files and node:crypto does not
 * have (verification-spec §3.2). Curve arithmetic is @noble/curves' alone. Never for DSSE, which is pure Ed25519.
 */
import { ed25519ph } from "@noble/curves/ed25519.js";
import type { PublicKey } from "./public-key.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** True if `signature` is an Ed25519ph signature over `message` with an empty context. False for every other key type. */
export function verifyEd25519ph(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.algorithm.kind !== "ed25519" || signature.length !== SIGNATURE_BYTES) return false;
  // the SPKI of Ed25519 ends in the 32 raw bytes (RFC 8410 §4); OpenSSL has read it before
  const raw = key.spki.subarray(key.spki.length - KEY_BYTES);
  return ed25519ph.verify(Uint8Array.from(signature), message, Uint8Array.from(raw), { zip215: false });
}
