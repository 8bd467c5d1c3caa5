/**
 * rootFromInclusionProof() against the RFC 6962 reference tree (verification-spec §5.3), a tree built by the definitions,
 * every kind of corruption, and the public vectors of transparency-dev/merkle.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeHex } from "../../src/encoding/hex.ts";
import { equalBytes } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import {
  leafHash,
  nodeHash,
  rootFromInclusionProof,
  type InclusionPath,
} from "../../src/transparency/inclusion-proof.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { MerkleTree } from "../support/transparency/tree.ts";
import { readVectors, VECTORS_ROOT } from "../vectors/check.ts";

const REFERENCE_LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));

function leaf(index: number): Uint8Array {
  return leafHash(REFERENCE_LEAVES[index] ?? assert.fail());
}

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex, "hex");
}

describe("rootFromInclusionProof()", () => {
  const roots: Readonly<Record<number, string>> = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  };
  const tree = new MerkleTree();
  for (const entry of REFERENCE_LEAVES) tree.append(entry);

  for (const [size, root] of Object.entries(roots)) {
    it(`gives the reference root of ${size} leaves from every leaf`, () => {
      for (let index = 0n; index < BigInt(size); index += 1n) {
        const path = { index, size: BigInt(size), hashes: tree.path(index, BigInt(size)) };
        assert.equal(encodeHex(rootFromInclusionProof(leaf(Number(index)), path)), root);
      }
    });
  }

  it("takes the reference path of leaf 2 of 3", () => {
    const hashes = [bytes("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")];
    assert.equal(encodeHex(rootFromInclusionProof(leaf(2), { index: 2n, size: 3n, hashes })), roots[3]);
  });

  it("takes the reference path of leaf 5 of 8", () => {
    const hashes = [
      bytes("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
      bytes("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
      bytes("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ];
    assert.equal(encodeHex(rootFromInclusionProof(leaf(5), { index: 5n, size: 8n, hashes })), roots[8]);
  });

  it("holds for a size beyond 2^53: the last leaf of a full tree of 2^62", () => {
    const hashes = Array.from({ length: 62 }, (_, level) => leafHash(Uint8Array.of(level)));
    let root = leaf(0);
    for (const hash of hashes) root = nodeHash(hash, root);
    const size = 1n << 62n;
    assert.deepEqual(rootFromInclusionProof(leaf(0), { index: size - 1n, size, hashes }), root);
  });
});

describe("rootFromInclusionProof() over generated trees", () => {
  const MAX = 33;
  const tree = new MerkleTree();
  const entries = Array.from({ length: MAX }, (_, index) => Buffer.from(`entry ${index}`));
  for (const entry of entries) tree.append(entry);

  function eachPath(check: (leaf: Uint8Array, path: InclusionPath, root: Uint8Array) => void): void {
    for (let size = 1n; size <= MAX; size += 1n) {
      const root = tree.root(size);
      for (let index = 0n; index < size; index += 1n) {
        const hashes = tree.path(index, size);
        check(leafHash(entries[Number(index)] ?? assert.fail()), { index, size, hashes }, root);
      }
    }
  }

  /** True if the path leads to the root; a typed refusal is a no, anything else thrown is a defect. */
  function leads(leaf: Uint8Array, path: InclusionPath, root: Uint8Array): boolean {
    let computed = new Uint8Array();
    const isRead = isAccepted(() => void (computed = Uint8Array.from(rootFromInclusionProof(leaf, path))));
    return isRead && equalBytes(computed, root);
  }

  it("leads every leaf of every tree to its root", () => {
    eachPath((leaf, path, root) => assert.ok(leads(leaf, path, root), `${path.index} of ${path.size}`));
  });

  const flipped = (hash: Uint8Array): Uint8Array => hash.map((byte, at) => (at === 31 ? byte ^ 1 : byte));
  const corruptions: Readonly<Record<string, (path: InclusionPath) => InclusionPath | undefined>> = {
    "the next index": (path) => ({ ...path, index: path.index + 1n }),
    "the index before": (path) => ({ ...path, index: path.index - 1n }),
    "the size as index": (path) => ({ ...path, index: path.size }),
    "size zero": (path) => ({ ...path, size: 0n }),
    "a hash more at the end": (path) => ({ ...path, hashes: [...path.hashes, leaf(0)] }),
    "a hash more at the start": (path) => ({ ...path, hashes: [leaf(0), ...path.hashes] }),
    "the last hash left out": ({ hashes, ...path }) =>
      hashes.length === 0 ? undefined : { ...path, hashes: hashes.slice(0, -1) },
    "the first hash left out": ({ hashes, ...path }) =>
      hashes.length === 0 ? undefined : { ...path, hashes: hashes.slice(1) },
    "hashes reversed": ({ hashes, ...path }) =>
      hashes.length < 2 ? undefined : { ...path, hashes: hashes.toReversed() },
    "one bit of a hash": ({ hashes, ...path }) =>
      hashes.length === 0
        ? undefined
        : { ...path, hashes: hashes.map((hash, at) => (at === 0 ? flipped(hash) : hash)) },
  };
  for (const [name, corrupt] of Object.entries(corruptions)) {
    it(`leads no leaf to the root with ${name}`, () => {
      let tried = 0;
      eachPath((leafOf, path, root) => {
        const corrupted = corrupt(path);
        if (corrupted === undefined) return;
        tried += 1;
        assert.ok(!leads(leafOf, corrupted, root), `${path.index} of ${path.size}`);
      });
      assert.ok(tried > 500, `${tried} paths`);
    });
  }

  it("leads no other leaf and no inner node to the root", () => {
    eachPath((_, path, root) => assert.ok(!leads(leaf(0), path, root)));
    eachPath((leafOf, { index, size, hashes }, root) => {
      const [sibling, ...rest] = hashes;
      if (sibling === undefined) return;
      const parent = index % 2n === 1n ? nodeHash(sibling, leafOf) : nodeHash(leafOf, sibling);
      assert.ok(!leads(parent, { index, size, hashes: rest }, root));
    });
  });

  // size 5: leaf 2 has three hashes, leaf 4 has one
  const [two, four] = [tree.path(2n, 5n), tree.path(4n, 5n)];
  const refused: Readonly<Record<string, InclusionPath>> = {
    "a negative index": { index: -1n, size: 5n, hashes: two },
    "an index equal to the size": { index: 5n, size: 5n, hashes: four },
    "an empty tree": { index: 0n, size: 0n, hashes: [] },
    "a negative size": { index: 0n, size: -1n, hashes: [] },
    "too few hashes": { index: 2n, size: 5n, hashes: two.slice(1) },
    "too many hashes": { index: 4n, size: 5n, hashes: [...four, leaf(0)] },
    "a hash for a tree of one": { index: 0n, size: 1n, hashes: [leaf(0)] },
    "a hash of 31 bytes": { index: 2n, size: 5n, hashes: two.map((hash, at) => (at === 1 ? hash.subarray(1) : hash)) },
    "a hash of 33 bytes": {
      index: 2n,
      size: 5n,
      hashes: two.map((hash, at) => (at === 2 ? Uint8Array.of(...hash, 0) : hash)),
    },
    "an empty hash": { index: 4n, size: 5n, hashes: [new Uint8Array()] },
  };
  for (const [name, path] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith("LogProofMalformed", () => rootFromInclusionProof(leaf(0), path)));
  }
});

interface Probe {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string | null;
  readonly leafHash: string | null;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe("rootFromInclusionProof() on the probes of transparency-dev/merkle", () => {
  const probes = readVectors().filter(({ kind }) => kind === "merkle-inclusion");

  it("has all 98", () => assert.equal(probes.length, 98));

  for (const { id, path, expect } of probes) {
    it(`${expect}s ${id}`, () => {
      const probe = JSON.parse(readFileSync(join(VECTORS_ROOT, path), "utf8")) as Probe;
      const decode = (text: string | null): Uint8Array => Buffer.from(text ?? "", "base64");
      let code: FailureCode | "other root" | undefined;
      try {
        const hashes = (probe.proof ?? []).map(decode);
        const at = { index: BigInt(probe.leafIdx), size: BigInt(probe.treeSize), hashes };
        const root = rootFromInclusionProof(decode(probe.leafHash), at);
        if (!equalBytes(root, decode(probe.root))) code = "other root";
      } catch (error) {
        code = failsWith("LogProofMalformed", () => {
          throw error;
        }).code;
      }
      assert.equal(code === undefined, expect === "accept", String(code));
      assert.equal(probe.wantErr, expect === "reject");
    });
  }
});
