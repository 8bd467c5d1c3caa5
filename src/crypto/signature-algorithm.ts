/**
 * AlgorithmIdentifier of certificates and CMS signers to an algorithm that is allowed (verification-spec §4.2 rule 10, §6
 * step 6): ECDSA and RSA with SHA-256, SHA-384 or SHA-512, and Ed25519. SHA-1, MD5 and everything unknown is no algorithm.
 */
import { derChildren, derInteger, derOid, derSequence, TAG, type DerNode } from "../encoding/der.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { HashAlgorithm } from "./digest.ts";
import type { PublicKey } from "./public-key.ts";
import { verifyRsaPss, verifySignature } from "./signature.ts";

export type SignatureAlgorithm =
  { readonly kind: "ecdsa" | "rsa" | "rsa-pss"; readonly hash: HashAlgorithm } | { readonly kind: "ed25519" };

const RSA_PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";

const HASHES: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

const ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  ["1.2.840.10045.4.3.2", { kind: "ecdsa", hash: "sha256" }],
  ["1.2.840.10045.4.3.3", { kind: "ecdsa", hash: "sha384" }],
  ["1.2.840.10045.4.3.4", { kind: "ecdsa", hash: "sha512" }],
  ["1.2.840.113549.1.1.11", { kind: "rsa", hash: "sha256" }],
  ["1.2.840.113549.1.1.12", { kind: "rsa", hash: "sha384" }],
  ["1.2.840.113549.1.1.13", { kind: "rsa", hash: "sha512" }],
  ["1.3.101.112", { kind: "ed25519" }],
]);

/** The hash that an AlgorithmIdentifier names (parameters NULL or absent), or undefined for any other. Throws EncodingError. */
export function readHashAlgorithm(node: DerNode | undefined): HashAlgorithm | undefined {
  const { oid, parameters } = readIdentifier(node);
  return isNullOrAbsent(parameters) ? HASHES.get(oid) : undefined;
}

/** Undefined for an algorithm that is not allowed. Throws EncodingError for what is no AlgorithmIdentifier. */
export function readSignatureAlgorithm(node: DerNode | undefined): SignatureAlgorithm | undefined {
  const { oid, parameters } = readIdentifier(node);
  if (oid === RSA_PSS) return parameters === undefined ? undefined : readPss(parameters);
  const algorithm = ALGORITHMS.get(oid);
  const isExpected = algorithm?.kind === "rsa" ? isNullOrAbsent(parameters) : parameters === undefined;
  return isExpected ? algorithm : undefined;
}

/** True if `key` is of the algorithm's kind and made `signature` over `message`. */
export function verifyWithAlgorithm(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const kind = algorithm.kind === "rsa-pss" ? "rsa" : algorithm.kind;
  if (key.algorithm.kind !== kind) return false;
  if (algorithm.kind === "ed25519") return verifySignature(key, message, signature, "sha512");
  if (algorithm.kind === "rsa-pss") return verifyRsaPss(key, message, signature, algorithm.hash);
  return verifySignature(key, message, signature, algorithm.hash);
}

function readIdentifier(node: DerNode | undefined): { oid: string; parameters: DerNode | undefined } {
  const [oid, parameters, ...more] = derSequence(node, "AlgorithmIdentifier");
  if (more.length > 0) throw new EncodingError("AlgorithmIdentifier has extra members");
  return { oid: derOid(oid, "algorithm"), parameters };
}

function isNullOrAbsent(parameters: DerNode | undefined): boolean {
  return parameters === undefined || (parameters.tag === TAG.null && parameters.content.length === 0);
}

/**
 * RFC 4055 §3.1: hash and MGF1 hash must be the same; the defaults are SHA-1, so both must be written. A salt of any length
 * is taken (§3.2), a trailer field other than the default is none.
 */
function readPss(parameters: DerNode): SignatureAlgorithm | undefined {
  const [hashNode, maskNode, saltNode, ...more] = derSequence(parameters, "RSASSA-PSS-params");
  if (hashNode?.tag !== 0xa0 || maskNode?.tag !== 0xa1) return undefined;
  if (more.length > 0 || (saltNode !== undefined && !isSaltLength(saltNode))) return undefined;
  const hash = readHashAlgorithm(explicit(hashNode));
  const maskHash = readMaskHash(explicit(maskNode));
  return hash !== undefined && hash === maskHash ? { kind: "rsa-pss", hash } : undefined;
}

function isSaltLength(node: DerNode): boolean {
  return node.tag === 0xa2 && derInteger(explicit(node), "saltLength") >= 0n;
}

function readMaskHash(node: DerNode | undefined): HashAlgorithm | undefined {
  const { oid, parameters } = readIdentifier(node);
  return oid === MGF1 && parameters !== undefined ? readHashAlgorithm(parameters) : undefined;
}

function explicit(node: DerNode): DerNode | undefined {
  const [member, ...more] = derChildren(node);
  if (more.length > 0) throw new EncodingError("RSASSA-PSS-params have extra members");
  return member;
}
