/**
 * Holds the real vectors (test/vectors/real/README.md) against the verifier. A vector is covered when the program has
 * what it needs: keyed legacy signatures whose policy asks for no log and no time stamp.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, parseDigest } from "../../src/crypto/digest.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { decodeBase64 } from "../../src/encoding/base64.ts";
import { attempt } from "../../src/failure/attempt.ts";
import { SIMPLE_SIGNING_MEDIA_TYPE } from "../../src/sigstore/cosign.ts";
import { entityFromCosignLayer, type Artifact } from "../../src/verify/entity.ts";
import { verify } from "../../src/verify/verifier.ts";
import { REJECTIONS } from "./rejections.ts";

export const VECTORS_ROOT = join("test", "vectors", "real");

interface VectorFiles {
  readonly manifest?: string;
  readonly signatures?: readonly string[];
  readonly payload?: string;
  readonly annotations?: string;
}

export interface Vector {
  readonly id: string;
  readonly path: string;
  readonly kind: string;
  readonly expect: "accept" | "reject" | "unknown";
  readonly reason: string;
  readonly key?: string;
  readonly artifactDigest?: string;
  readonly trustedRoot?: string;
  readonly requires?: { readonly tlog: number; readonly sct: number; readonly timestamps: number };
  readonly files?: VectorFiles;
  /** Of a .jsonl file, from 0. */
  readonly line?: number;
}

interface Layer {
  readonly payload: Uint8Array;
  readonly annotations: ReadonlyMap<string, string>;
}

export function readVectors(): readonly Vector[] {
  return JSON.parse(readFileSync(join(VECTORS_ROOT, "index.json"), "utf8")) as readonly Vector[];
}

export function isCovered({ kind, key, requires }: Vector): boolean {
  const isLegacy = kind === "legacy-image-signature" || kind === "legacy-signature-parts";
  return isLegacy && key !== undefined && requires?.tlog === 0 && requires.timestamps === 0;
}

/** Undefined when the verifier says what the vector expects, for the stated reason; else what it said. */
export function checkVector(vector: Vector): string | undefined {
  const { accepted, codes } = verifyVector(vector);
  const actual = accepted ? "accept" : `reject [${codes.join(", ")}]`;
  const expected = vector.expect === "accept" ? "accept" : `reject [${expectedCodes(vector).join(", ")}]`;
  return actual === expected ? undefined : `${actual}, want ${expected}`;
}

function expectedCodes({ id }: Vector): readonly string[] {
  return REJECTIONS.get(id) ?? ["no row in rejections.ts"];
}

function verifyVector(vector: Vector): { accepted: boolean; codes: readonly string[] } {
  const artifact = artifactOf(vector);
  if (artifact === undefined) return { accepted: false, codes: [] };
  const key = parsePublicKeyPem(read(vector.key ?? "").toString("utf8"));
  const requirement = { signer: { kind: "key", key }, content: { kind: "signature" } } as const;
  const attempts = layersOf(vector).map(({ payload, annotations }) =>
    attempt(() => verify(entityFromCosignLayer(payload, annotations), requirement, artifact)),
  );
  return { accepted: attempts.some(({ ok }) => ok), codes: attempts.flatMap((a) => (a.ok ? [] : [a.failure.code])) };
}

/** The digest is our own hash of the manifest wherever there is one. */
function artifactOf({ files, artifactDigest }: Vector): Artifact | undefined {
  if (files?.manifest !== undefined) {
    const bytes = read(files.manifest);
    return { digest: digestOf(bytes), bytes };
  }
  return artifactDigest === undefined ? undefined : { digest: parseDigest(artifactDigest) };
}

function layersOf({ files = {} }: Vector): readonly Layer[] {
  if (files.payload !== undefined) {
    const annotations = JSON.parse(read(files.annotations ?? "").toString("utf8")) as Record<string, string>;
    return [{ payload: read(files.payload), annotations: new Map(Object.entries(annotations)) }];
  }
  return (files.signatures ?? []).flatMap((file) => layerOf(read(file)));
}

/** A zero byte, "sigstore-json", a line feed, then the layer as JSON (containers-image/README.md). */
function layerOf(file: Uint8Array): readonly Layer[] {
  const text = Buffer.from(file).toString("latin1");
  const magic = "\0sigstore-json\n";
  if (!text.startsWith(magic)) return [];
  const layer = JSON.parse(Buffer.from(file).toString("utf8").slice(magic.length)) as {
    mimeType: string;
    payload: string;
    annotations: Record<string, string>;
  };
  if (layer.mimeType !== SIMPLE_SIGNING_MEDIA_TYPE) return [];
  return [{ payload: decodeBase64(layer.payload), annotations: new Map(Object.entries(layer.annotations)) }];
}

function read(path: string): Buffer {
  return readFileSync(join(VECTORS_ROOT, path));
}
