/** Hashes and the Digest value type. Together with its siblings the only home of node:crypto. */
import { createHash, hash as hashAtOnce } from "node:crypto";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeLatin1 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export type HashAlgorithm = "sha256" | "sha384" | "sha512";

export const HASH_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `sha256:<64 lower-case hex>`: the only digest that names an image (policy-api §4 step 5). */
export type Digest = `sha256:${string}`;

/** The digest of any artifact: images have sha256 alone, other things that are signed may be named otherwise (§2.3). */
export type ArtifactDigest = `${HashAlgorithm}:${string}`;

/** By way of a string: node takes three times as long to make a buffer of its own for so few bytes. */
export function hash(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
  return encodeLatin1(hashAtOnce(algorithm, bytes, "binary"));
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

/** As digestOf(), of bytes that come one after another: what is large is hashed while it arrives, and delays nobody at its end. */
export class RunningDigest {
  readonly #hash = createHash("sha256");

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Of all that was added; once. */
  digest(): Digest {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}

/** Reads `sha256:<hex>` strictly. Throws EncodingError. */
export function parseDigest(text: string): Digest {
  if (!DIGEST.test(text)) throw new EncodingError("digest is not sha256:<64 lower-case hex>");
  return text as Digest;
}

/** Reads `sha256:<hex>`, `sha384:<hex>` or `sha512:<hex>` strictly. Throws EncodingError. */
export function parseArtifactDigest(text: string): ArtifactDigest {
  const { algorithm, hex } = splitDigest(text as ArtifactDigest);
  if (!Object.hasOwn(HASH_BYTES, algorithm)) throw new EncodingError("digest is not sha256, sha384 or sha512");
  decodeHex(hex, HASH_BYTES[algorithm]);
  return text as ArtifactDigest;
}

/** Its two parts, as written. */
export function splitDigest(digest: ArtifactDigest): { algorithm: HashAlgorithm; hex: string } {
  const colon = digest.indexOf(":");
  return { algorithm: digest.slice(0, Math.max(colon, 0)) as HashAlgorithm, hex: digest.slice(colon + 1) };
}

/** The bytes that a digest names. */
export function digestBytes(digest: ArtifactDigest): Uint8Array {
  const { algorithm, hex } = splitDigest(digest);
  return decodeHex(hex, HASH_BYTES[algorithm]);
}
