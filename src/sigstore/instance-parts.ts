/**
 * A Sigstore instance by its parts, where it has no trusted_root.json (policy-api.md §2.7; verification-spec §7.4): chains
 * of certificates and keys of logs. What a trusted_root.json would say beside them is made here: a log's id, and the hash
 * that tells one instance from another.
 */
import { sha256 } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import type { Interval } from "../encoding/interval.ts";
import { concatBytes, encodeUtf8 } from "../encoding/text.ts";
import type { TransparencyLog } from "../transparency/entry.ts";
import type { CertificateAuthority } from "../x509/chain.ts";
import type { TrustMaterial } from "./trusted-root.ts";

export type InstanceParts = Omit<TrustMaterial, "hash" | "warnings">;

/** Types of the key id of a C2SP note, and what an RSA key's id names beside (verification-spec §5.1). */
const ED25519_NOTE = 0x01;
const OTHER_NOTE = 0xff;
const RSA_NOTE = "PKIX-RSA-PKCS#1v1.5";
/** The header of an Ed25519 SPKI, before its 32 bytes (RFC 8410 §4). */
const ED25519_HEADER_BYTES = 12;

/** The trust material of an instance that nobody built in. */
export function materialOf(parts: InstanceParts): TrustMaterial {
  return { ...parts, hash: hashOf(parts), warnings: [] };
}

/**
 * The id of a log by its key: SHA-256 of the SPKI for Rekor v1 and for certificate logs. With `host`, the name of a log of
 * Rekor v2, it is the key id of a C2SP note, which binds the name too (verification-spec §5.1).
 */
export function logIdOf({ algorithm, spki, keyId }: PublicKey, host?: string): Uint8Array {
  if (host === undefined || algorithm.kind === "ecdsa") return decodeHex(keyId, 32);
  const isEd25519 = algorithm.kind === "ed25519";
  const key = isEd25519 ? spki.subarray(ED25519_HEADER_BYTES) : concatBytes(encodeUtf8(RSA_NOTE), spki);
  return sha256(concatBytes(encodeUtf8(`${host}\n`), Uint8Array.of(isEd25519 ? ED25519_NOTE : OTHER_NOTE), key));
}

/** Over everything that decides. */
function hashOf(parts: InstanceParts): string {
  const { certificateAuthorities, timestampAuthorities, logs, ctLogs } = parts;
  const written = [
    certificateAuthorities.map(authority),
    timestampAuthorities.map((each) => [encodeHex(each.signer?.der ?? new Uint8Array()), ...authority(each)]),
    logs.map((log) => [...logKey(log), log.baseUrl ?? null]),
    ctLogs.map(logKey),
  ];
  return encodeHex(sha256(encodeUtf8(JSON.stringify(written))));
}

function authority({ chain, validFor }: CertificateAuthority): readonly unknown[] {
  return [chain.map(({ der }) => encodeHex(der)), ...window(validFor)];
}

function logKey({ keyId, key, validFor }: Pick<TransparencyLog, "keyId" | "key" | "validFor">): readonly unknown[] {
  return [encodeHex(keyId), key.keyId, ...window(validFor)];
}

function window({ start, end }: Interval): readonly unknown[] {
  return [start ?? null, end ?? null];
}
