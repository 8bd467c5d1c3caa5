/** Bundles for the tests of the parsers: well-shaped, of any version, nothing in them true. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundleVersion } from "../../src/sigstore/bundle-shape.ts";
import { parseBundle, type Bundle } from "../../src/sigstore/bundle.ts";
import { readVectors, VECTORS_ROOT, type Vector } from "../vectors/check.ts";
import { dsseBundle, json, KEYS, logEntry, statement, type Json } from "../verify/fixtures.ts";

export const ALL: readonly BundleVersion[] = ["0.1", "0.2", "0.3"];
export const MEDIA_TYPE = {
  "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
  "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
  "0.3": "application/vnd.dev.sigstore.bundle.v0.3+json",
} as const;

export const dsse = dsseBundle(json(statement()), KEYS.p256);

/** The DSSE bundle with other members; `undefined` leaves one out. */
export function bundle(change: Json): Uint8Array {
  return json({ ...dsse, ...change });
}

export function withMaterial(change: Json, version: BundleVersion = "0.3"): Uint8Array {
  return bundle({ mediaType: MEDIA_TYPE[version], verificationMaterial: { publicKey: { hint: "h" }, ...change } });
}

export function withEntry(change: Json, version: BundleVersion = "0.3"): Uint8Array {
  return withMaterial({ tlogEntries: [{ ...logEntry(), ...change }] }, version);
}

export function withProof(change: Json, version: BundleVersion = "0.3"): Uint8Array {
  return withEntry({ inclusionProof: { ...(logEntry()["inclusionProof"] as Json), ...change } }, version);
}

export function parseAny(bytes: Uint8Array): Bundle {
  return parseBundle(bytes, ALL);
}

/** The real bundles; a line of a .jsonl file is one. */
export function realBundles(): readonly (Vector & { readonly bytes: Uint8Array })[] {
  return readVectors()
    .filter(({ kind }) => kind === "bundle")
    .map((vector) => ({ ...vector, bytes: bytesOf(vector) }));
}

function bytesOf({ path, line }: Vector): Uint8Array {
  const file = readFileSync(join(VECTORS_ROOT, path));
  return line === undefined ? file : Buffer.from(file.toString("utf8").split("\n")[line] ?? "");
}

/** A certificate chain of a real bundle: leaf, intermediate, root. */
export function realChain(): readonly Json[] {
  const path = "sigstore-js/bundleV01-full-cert-chain/bundleV01-full-cert-chain.sigstore";
  const read = JSON.parse(readFileSync(join(VECTORS_ROOT, path), "utf8")) as {
    verificationMaterial: { x509CertificateChain: { certificates: Json[] } };
  };
  return read.verificationMaterial.x509CertificateChain.certificates;
}
