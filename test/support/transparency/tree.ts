/**
 * A Merkle tree by the recursive definitions of RFC 6962 §2.1, on node:crypto alone: slow, plain, and written without a
 * look at src/transparency, which is held against it.
 */
import { createHash } from "node:crypto";

export class MerkleTree {
  readonly #leaves: Buffer[] = [];

  get size(): bigint {
    return BigInt(this.#leaves.length);
  }

  /** Appends an entry; gives its index. */
  append(entry: Uint8Array): bigint {
    this.#leaves.push(digest(0, entry));
    return this.size - 1n;
  }

  /** The root of the first `size` entries. */
  root(size: bigint = this.size): Uint8Array {
    return rootOf(this.#leaves.slice(0, Number(size)));
  }

  /** The audit path of the entry at `index` in the tree of the first `size` entries, from the bottom up. */
  path(index: bigint, size: bigint = this.size): readonly Uint8Array[] {
    return pathOf(Number(index), this.#leaves.slice(0, Number(size)));
  }
}

/** MTH(D[n]) over leaf hashes. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash("sha256").digest();
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const split = largestPowerOfTwoBelow(leaves.length);
  return digest(1, rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** PATH(m, D[n]) */
function pathOf(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const split = largestPowerOfTwoBelow(leaves.length);
  return index < split
    ? [...pathOf(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...pathOf(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
}

function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function digest(prefix: number, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256").update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
