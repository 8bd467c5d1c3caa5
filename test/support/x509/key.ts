/** Keys of tests: each kind and purpose is made once in a process, since RSA is slow to make. */
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { nul, oid, sequence } from "../der-writer.ts";

/** RSA-1024 is too small for anybody. */
export type KeyKind = "P-256" | "P-384" | "P-521" | "RSA-1024" | "RSA-2048" | "RSA-3072" | "RSA-4096" | "Ed25519";
export type SignatureHash = "sha1" | "sha256" | "sha384" | "sha512";

const keys = new Map<string, KeyObject>();

/** The private key of `kind` for `purpose`: the same at every call. */
export function testKey(kind: KeyKind, purpose: string): KeyObject {
  const name = `${kind} ${purpose}`;
  const key = keys.get(name) ?? makeKey(kind);
  keys.set(name, key);
  return key;
}

function makeKey(kind: KeyKind): KeyObject {
  switch (kind) {
    case "RSA-1024":
    case "RSA-2048":
    case "RSA-3072":
    case "RSA-4096":
      return generateKeyPairSync("rsa", { modulusLength: Number(kind.slice("RSA-".length)) }).privateKey;
    case "Ed25519":
      return generateKeyPairSync("ed25519").privateKey;
    case "P-256":
    case "P-384":
    case "P-521":
      return generateKeyPairSync("ec", { namedCurve: kind }).privateKey;
  }
}

/** SubjectPublicKeyInfo. */
export function spkiOf(privateKey: KeyObject): Uint8Array {
  return Uint8Array.from(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
}

/** 20 bytes that name the key (RFC 7093 §2, over the whole SPKI). */
export function keyIdOf(spki: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(spki).digest().subarray(0, 20));
}

/** The hash that goes with the key: the curve's own, SHA-256 for RSA; Ed25519 takes none. */
export function usualHash(privateKey: KeyObject): SignatureHash {
  const curve = privateKey.asymmetricKeyDetails?.namedCurve;
  if (curve === "secp384r1") return "sha384";
  return curve === "secp521r1" ? "sha512" : "sha256";
}

/** A signature over a message: ECDSA in DER, RSA with PKCS#1 v1.5, pure Ed25519. */
export function signWith(privateKey: KeyObject, message: Uint8Array, hash = usualHash(privateKey)): Uint8Array {
  return sign(privateKey.asymmetricKeyType === "ed25519" ? null : hash, message, privateKey);
}

const ECDSA: Readonly<Record<SignatureHash, string>> = {
  sha1: "1.2.840.10045.4.1",
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
};
const RSA: Readonly<Record<SignatureHash, string>> = {
  sha1: "1.2.840.113549.1.1.5",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};

/** AlgorithmIdentifier of signWith(). */
export function signatureAlgorithm(privateKey: KeyObject, hash = usualHash(privateKey)): Uint8Array {
  switch (privateKey.asymmetricKeyType) {
    case "ed25519":
      return sequence(oid("1.3.101.112"));
    case "rsa":
      return sequence(oid(RSA[hash]), nul());
    default:
      return sequence(oid(ECDSA[hash]));
  }
}
