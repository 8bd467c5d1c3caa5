/**
 * Inclusion proofs of Merkle trees, RFC 6962 §2.1 (verification-spec §5.3). Computing the root stands apart from
 * comparing it. Indexes and sizes are BigInt: JavaScript's shifts would cut them to 32 bits.
 *
 *   leaf = SHA-256(0x00 | body)        node = SHA-256(0x01 | left | right)
 */
import { HASH_BYTES, sha256 } from "../crypto/digest.ts";
import { concatBytes } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** The character "1". */
const ONE = 0x31;

export function leafHash(body: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, body));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

/** Where a leaf stands and what leads from it to the root. */
export interface InclusionPath {
  readonly index: bigint;
  readonly size: bigint;
  readonly hashes: readonly Uint8Array[];
}

/** The root of the tree that holds `leaf` at this place. Fails with LogProofMalformed; a wrong path gives another root. */
export function rootFromInclusionProof(leaf: Uint8Array, { index, size, hashes }: InclusionPath): Uint8Array {
  if (index < 0n || index >= size) throw malformedProof(`index ${index}, want 0 to below the size ${size}`);
  const inner = bitLength(index ^ (size - 1n));
  // one digit a level, from the root down
  const turns = index.toString(2).padStart(inner, "0");
  const border = countOnes(turns, turns.length - inner);
  if (hashes.length !== inner + border) throw malformedProof(`${hashes.length} hashes, want ${inner + border}`);
  for (const hash of [leaf, ...hashes]) {
    if (hash.length !== HASH_BYTES.sha256) throw malformedProof(`a hash of ${hash.length} bytes, want 32`);
  }
  return hashes.reduce((below, hash, level) => {
    const isRight = level >= inner || turns.charCodeAt(turns.length - 1 - level) === ONE;
    return isRight ? nodeHash(hash, below) : nodeHash(below, hash);
  }, leaf);
}

function malformedProof(what: string): VerificationFailure {
  return new VerificationFailure("LogProofMalformed", `Cannot use an inclusion proof with ${what}`);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** Among the first `length` binary digits. */
function countOnes(digits: string, length: number): number {
  let ones = 0;
  for (let at = 0; at < length; at++) if (digits.charCodeAt(at) === ONE) ones += 1;
  return ones;
}
