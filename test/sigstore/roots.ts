/** Trust roots for tests: the real ones as objects, to change one thing of, and a small one. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { parseTrustedRoot, type TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

export type Json = Record<string, unknown>;

export interface RootJson extends Json {
  tlogs: Json[];
  ctlogs: Json[];
  certificateAuthorities: Json[];
  timestampAuthorities: Json[];
}

export const ROOT_FILES = {
  publicGood: "root-signing/targets/trusted_root.json",
  staging: "root-signing-staging/targets/trusted_root.json",
  github: "kyverno/github-trusted-root/github-trusted-root.json",
} as const;

export function rootBytes(name: keyof typeof ROOT_FILES): Uint8Array {
  return readFileSync(join(VECTORS_ROOT, ROOT_FILES[name]));
}

/** A fresh copy of the public good root, to change one thing of. */
export function publicGood(): RootJson {
  return JSON.parse(Buffer.from(rootBytes("publicGood")).toString("utf8")) as RootJson;
}

/** One log and one authority of one certificate. */
export function smallRoot(): RootJson {
  const { tlogs, certificateAuthorities, mediaType } = publicGood();
  const [log = {}] = tlogs;
  const [authority = {}] = certificateAuthorities;
  return {
    mediaType,
    tlogs: [log],
    ctlogs: [],
    certificateAuthorities: [{ certChain: authority["certChain"] }],
    timestampAuthorities: [],
  };
}

export function parseRoot(root: unknown, isBuiltIn = false): TrustMaterial {
  return parseTrustedRoot(encodeUtf8(JSON.stringify(root)), { isBuiltIn });
}

/** A key as a log has it. */
export function logKey(key: KeyObject, keyDetails: string): Json {
  const rawBytes = key.export({ type: "spki", format: "der" }).toString("base64");
  return { rawBytes, keyDetails, validFor: { start: "2024-01-01T00:00:00Z" } };
}

export function p256(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
}
