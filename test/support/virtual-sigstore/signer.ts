/** Who signs, with a key alone or with a certificate, and how cosign signs with each kind of key (verification-spec §3.2). */
import { constants, createPublicKey, sign, type KeyObject } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";
import type { TestCertificate } from "../x509/certificate.ts";
import { spkiOf, testKey, usualHash, type KeyKind, type SignatureHash } from "../x509/key.ts";

export interface Signer {
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
  readonly publicKeyPem: string;
  /** For keyless signing: the leaf, and its issuers up to the root. */
  readonly certificate?: TestCertificate;
  readonly chain: readonly TestCertificate[];
  readonly how: SigningHow;
}

export interface SigningHow {
  /** The key's usual one unless said. */
  readonly hash?: SignatureHash;
  /** For RSA; PKCS#1 v1.5 unless said. */
  readonly padding?: "PKCS1v15" | "PSS";
  /** For Ed25519 over messages: prehashed unless said, as cosign does for files; statements are never prehashed. */
  readonly prehashed?: boolean;
}

/** A key of `kind`: the same for the same purpose. */
export function keySigner(kind: KeyKind = "P-256", how: SigningHow = {}, purpose = "signer"): Signer {
  return signerOf(testKey(kind, purpose), how);
}

export function certificateSigner(
  certificate: TestCertificate,
  chain: readonly TestCertificate[],
  how: SigningHow,
): Signer {
  return { ...signerOf(certificate.privateKey, how), certificate, chain };
}

/** Any key of node's. */
export function signerOf(privateKey: KeyObject, how: SigningHow = {}): Signer {
  const publicKeyPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return { privateKey, spki: spkiOf(privateKey), publicKeyPem, chain: [], how };
}

/** The hash of the message that the signature is over. */
export function messageHash({ privateKey, how }: Signer): SignatureHash {
  return how.hash ?? (privateKey.asymmetricKeyType === "ed25519" ? "sha512" : usualHash(privateKey));
}

export function signMessage(signer: Signer, message: Uint8Array): Uint8Array {
  const isPrehashed = signer.how.prehashed ?? true;
  if (signer.privateKey.asymmetricKeyType !== "ed25519" || !isPrehashed) return signStatement(signer, message);
  const seed = Buffer.from(signer.privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  return ed25519ph.sign(message, Uint8Array.from(seed));
}

/** `encoded` is the pre-authentication encoding. */
export function signStatement(signer: Signer, encoded: Uint8Array): Uint8Array {
  const { privateKey, how } = signer;
  if (privateKey.asymmetricKeyType === "ed25519") return sign(null, encoded, privateKey);
  if (how.padding !== "PSS") return sign(messageHash(signer), encoded, privateKey);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(messageHash(signer), encoded, { key: privateKey, padding, saltLength });
}
