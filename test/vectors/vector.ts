/** The real vectors as their index describes them (test/vectors/real/README.md), and their files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const VECTORS_ROOT = join("test", "vectors", "real");

export interface VectorFiles {
  readonly manifest?: string;
  readonly signatures?: readonly string[];
  readonly payload?: string;
  readonly signature?: string;
  readonly certificate?: string;
  readonly annotations?: string;
  readonly bundle?: string;
}

export interface Vector {
  readonly id: string;
  readonly path: string;
  readonly kind: string;
  readonly expect: "accept" | "reject" | "unknown";
  readonly reason: string;
  readonly key?: string;
  readonly keyValidFor?: { readonly start: string; readonly end: string };
  readonly certificate?: string;
  readonly caRoots?: string;
  readonly caIntermediates?: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly trustedRoot?: string;
  readonly artifactDigest?: string;
  readonly artifact?: string;
  readonly artifactText?: string;
  readonly predicateType?: string;
  readonly requires?: { readonly tlog: number; readonly sct: number; readonly timestamps: number };
  readonly files?: VectorFiles;
  /** Of a .jsonl file, from 0. */
  readonly line?: number;
}

export function readVectors(): readonly Vector[] {
  return JSON.parse(readFileSync(join(VECTORS_ROOT, "index.json"), "utf8")) as readonly Vector[];
}

export function readVectorFile(path: string): Buffer {
  return readFileSync(join(VECTORS_ROOT, path));
}

/** The file of a vector that is one, or the line of it that the vector is about. */
export function readVectorBytes({ path, line }: Vector): Uint8Array {
  const bytes = readVectorFile(path);
  return line === undefined ? bytes : Buffer.from(bytes.toString("utf8").split("\n")[line] ?? "");
}
