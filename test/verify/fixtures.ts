/**
 * Key-signed entities made with node:crypto, so that a test can break exactly one thing. The keys are made once per
 * run; nothing here is read by the program.
 */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { digestOf, type Digest } from "../../src/crypto/digest.ts";
import { parsePublicKeyPem, type PublicKey } from "../../src/crypto/public-key.ts";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { preAuthEncoding } from "../../src/sigstore/dsse.ts";
import type { Artifact } from "../../src/verify/entity.ts";
import type { Requirement, Thresholds } from "../../src/verify/requirement.ts";

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly pem: string;
  readonly key: PublicKey;
}

export const KEYS = {
  p256: signingKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
  other: signingKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
  p384: signingKey(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey),
  p521: signingKey(generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey),
  rsa: signingKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
  ed25519: signingKey(generateKeyPairSync("ed25519").privateKey),
};

export const MANIFEST = encodeUtf8('{"schemaVersion":2}');
export const ARTIFACT: Required<Artifact> = { digest: digestOf(MANIFEST), bytes: MANIFEST };
export const OTHER_DIGEST: Digest = digestOf(encodeUtf8("another manifest"));
export const SIGN_V1 = "https://sigstore.dev/cosign/sign/v1";

/** Neither log nor time is asked for. */
export const NO_WITNESSES: Thresholds = { logs: 0, certificateLogs: 0, times: 0, timestamps: 0 };
/** The instant of every decision: no test reads a clock. */
export const NOW = Date.UTC(2026, 5, 1);

export function requirementOf({ key }: SigningKey): Requirement {
  return { signer: { kind: "key", key }, content: { kind: "signature" }, thresholds: NO_WITNESSES };
}

/** `hash` as node names it; null for Ed25519. */
export function signBytes(bytes: Uint8Array, { privateKey }: SigningKey, hash: string | null = "sha256"): Uint8Array {
  return sign(hash, bytes, privateKey);
}

export function json(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}

export function simpleSigning(digest: string = ARTIFACT.digest): Record<string, unknown> {
  return {
    critical: {
      identity: { "docker-reference": "registry.local/acme/web" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: { team: "acme" },
  };
}

export function cosignAnnotations(signature: Uint8Array): ReadonlyMap<string, string> {
  return new Map([["dev.cosignproject.cosign/signature", encodeBase64(signature)]]);
}

export function statement(digest: string = ARTIFACT.digest): Record<string, unknown> {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: digest.slice("sha256:".length) }, annotations: { team: "acme" } }],
    predicateType: SIGN_V1,
    predicate: {},
  };
}

export type Json = Record<string, unknown>;

/** A v0.3 bundle around a signed statement, as cosign v3 writes it for a key without a log. */
export function dsseBundle(payload: Uint8Array, key: SigningKey, hash: string | null = "sha256"): Json {
  const payloadType = "application/vnd.in-toto+json";
  const sig = encodeBase64(signBytes(preAuthEncoding(payloadType, payload), key, hash));
  return {
    ...bundleHead(),
    dsseEnvelope: { payload: encodeBase64(payload), payloadType, signatures: [{ sig, keyid: "" }] },
  };
}

export function messageBundle(bytes: Uint8Array, key: SigningKey): Json {
  const digest = encodeBase64(Buffer.from(digestOf(bytes).slice("sha256:".length), "hex"));
  return {
    ...bundleHead(),
    messageSignature: {
      messageDigest: { algorithm: "SHA2_256", digest },
      signature: encodeBase64(signBytes(bytes, key)),
    },
  };
}

/** A well-shaped log entry; nothing in it is true. */
export function logEntry(): Json {
  const some = encodeBase64(encodeUtf8("some bytes"));
  return {
    logIndex: "7",
    logId: { keyId: some },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: "1700000000",
    inclusionPromise: { signedEntryTimestamp: some },
    inclusionProof: { logIndex: "7", rootHash: some, treeSize: "9", hashes: [some], checkpoint: { envelope: "log" } },
    canonicalizedBody: some,
  };
}

function bundleHead(): Json {
  return {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: "any" } },
  };
}

function signingKey(privateKey: KeyObject): SigningKey {
  const pem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return { privateKey, pem, key: parsePublicKeyPem(pem) };
}
