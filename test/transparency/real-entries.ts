/** Log entries and logs of the real vectors, read by JSON.parse() and not by the readers under test. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import type { InclusionProof, LogEntry, TransparencyLog } from "../../src/transparency/entry.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

interface Annotation {
  readonly SignedEntryTimestamp: string;
  readonly Payload: {
    readonly body: string;
    readonly integratedTime: number;
    readonly logIndex: number;
    readonly logID: string;
  };
}

interface PlainEntry {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  readonly integratedTime?: string;
  readonly inclusionPromise?: { readonly signedEntryTimestamp: string };
  readonly inclusionProof?: {
    readonly logIndex: string;
    readonly rootHash: string;
    readonly treeSize: string;
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
  };
  readonly canonicalizedBody: string;
}

export interface PlainBundle {
  readonly mediaType: string;
  readonly verificationMaterial: {
    readonly certificate?: { readonly rawBytes: string };
    readonly x509CertificateChain?: { readonly certificates: readonly { readonly rawBytes: string }[] };
    readonly tlogEntries?: readonly PlainEntry[];
  };
  readonly messageSignature?: {
    readonly messageDigest: { readonly digest: string };
    readonly signature: string;
  };
  readonly dsseEnvelope?: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
}

/** The entry of cosign's bundle annotation (§1.3). */
export function annotationEntry(json: string | Uint8Array): LogEntry {
  const { SignedEntryTimestamp, Payload } = JSON.parse(Buffer.from(json).toString("utf8")) as Annotation;
  return {
    keyId: Buffer.from(Payload.logID, "hex"),
    body: base64(Payload.body),
    logIndex: BigInt(Payload.logIndex),
    integratedTime: BigInt(Payload.integratedTime),
    signedEntryTimestamp: base64(SignedEntryTimestamp),
  };
}

/** The layer of a containers-image vector: its payload and annotations. */
export function imageLayer(path: string): { payload: Buffer; annotations: Readonly<Record<string, string>> } {
  const text = readFileSync(join(VECTORS_ROOT, path), "utf8");
  const layer = JSON.parse(text.slice(text.indexOf("\n"))) as { payload: string; annotations: Record<string, string> };
  return { payload: base64(layer.payload), annotations: layer.annotations };
}

/** The entries of a bundle (§7.1). */
export function bundleEntries(json: string): readonly LogEntry[] {
  const { verificationMaterial } = JSON.parse(json) as PlainBundle;
  return (verificationMaterial.tlogEntries ?? []).map((entry) => ({
    keyId: base64(entry.logId.keyId),
    kindVersion: entry.kindVersion,
    body: base64(entry.canonicalizedBody),
    logIndex: BigInt(entry.logIndex),
    ...(entry.integratedTime === undefined ? {} : { integratedTime: BigInt(entry.integratedTime) }),
    ...(entry.inclusionPromise && { signedEntryTimestamp: base64(entry.inclusionPromise.signedEntryTimestamp) }),
    ...(entry.inclusionProof && { inclusionProof: proofOf(entry.inclusionProof) }),
  }));
}

function proofOf(proof: NonNullable<PlainEntry["inclusionProof"]>): InclusionProof {
  return {
    logIndex: BigInt(proof.logIndex),
    treeSize: BigInt(proof.treeSize),
    rootHash: base64(proof.rootHash),
    hashes: proof.hashes.map(base64),
    checkpoint: proof.checkpoint.envelope,
  };
}

interface PlainLog {
  readonly baseUrl: string;
  readonly publicKey: {
    readonly rawBytes: string;
    readonly validFor: { readonly start: string; readonly end?: string | null };
  };
  readonly logId: { readonly keyId: string };
}

/** The logs of a vector's trust root. Those of Sigstore itself count as built in. */
export function logsOf({ trustedRoot = "" }: { readonly trustedRoot?: string }): readonly TransparencyLog[] {
  const { tlogs = [] } = JSON.parse(readFileSync(join(VECTORS_ROOT, trustedRoot), "utf8")) as {
    tlogs?: readonly PlainLog[];
  };
  return tlogs.map(({ baseUrl, logId, publicKey: { rawBytes, validFor } }) => ({
    keyId: base64(logId.keyId),
    key: parsePublicKeySpki(base64(rawBytes)),
    validFor: {
      start: Date.parse(validFor.start),
      ...(typeof validFor.end === "string" ? { end: Date.parse(validFor.end) } : {}),
    },
    baseUrl,
    isBuiltIn: /\.sigst(?:ore|age)\.dev$/.test(new URL(baseUrl).hostname),
  }));
}

function base64(text: string): Buffer {
  return Buffer.from(text, "base64");
}
