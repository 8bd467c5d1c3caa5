/** Hashes and the Digest value type. Together with its siblings the only home of node:crypto. */
import { createHash } from "node:crypto";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export type HashAlgorithm = "sha256" | "sha384" | "sha512";

export const HASH_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** `sha256:<64 lower-case hex>`: the only digest that names an image (policy-api §4 step 5). */
export type Digest = `sha256:${string}`;

export function hash(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
  return createHash(algorithm).update(bytes).digest();
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes);
}

/** Collisions can be made: only for RFC 2634's certificate identifiers, which carry no trust of their own. */
export function sha1Unsafe(bytes: Uint8Array): Uint8Array {
  return createHash("sha1").update(bytes).digest();
}

/** The digest of a manifest or blob, by our own hash of its bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${encodeHex(sha256(bytes))}`;
}

/** Reads `sha256:<hex>` strictly. Throws EncodingError. */
export function parseDigest(text: string): Digest {
  if (!text.startsWith("sha256:")) throw new EncodingError("digest is not sha256:<64 hex>");
  decodeHex(text.slice("sha256:".length), HASH_BYTES.sha256);
  return text as Digest;
}

/** The 32 bytes of a digest. */
export function digestBytes(digest: Digest): Uint8Array {
  return decodeHex(digest.slice("sha256:".length), HASH_BYTES.sha256);
}
