/**
 * PEM or DER to a PublicKey of an allowed algorithm (spec §3.1). node's createPublicKey() accepts private keys,
 * certificates, several blocks and trailing bytes, so the label, the base64, the DER and the key itself are read strictly
 * here. Only a clean SPKI reaches OpenSSL, and only when something is verified with it: what it makes of a key takes ten
 * times as long to make as to read the key, and stalls the event loop when thousands are let go together.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import {
  derBitString,
  derInteger,
  derOid,
  derSequence,
  encodeDer,
  parseDer,
  TAG,
  type DerNode,
} from "../encoding/der.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { parsePem } from "../encoding/pem.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { sha256 } from "./digest.ts";

type Curve = "P-256" | "P-384" | "P-521";

export type KeyAlgorithm =
  | { readonly kind: "ecdsa"; readonly curve: Curve }
  | { readonly kind: "rsa"; readonly bits: number }
  | { readonly kind: "ed25519" };

export interface PublicKey {
  readonly algorithm: KeyAlgorithm;
  /** Strict SubjectPublicKeyInfo, the form in which keys are compared. */
  readonly spki: Uint8Array;
  /** Lower-case hex of SHA-256(SPKI): the principal of a key (policy-api §2.4), and Rekor's log id. */
  readonly keyId: string;
  /** For crypto/ alone; made when it is first asked for. */
  readonly handle: KeyObject;
}

class SpkiKey implements PublicKey {
  readonly algorithm: KeyAlgorithm;
  readonly spki: Uint8Array;
  readonly keyId: string;
  #handle: KeyObject | undefined;

  constructor(algorithm: KeyAlgorithm, spki: Uint8Array) {
    this.algorithm = algorithm;
    this.spki = spki;
    this.keyId = encodeHex(sha256(spki));
  }

  get handle(): KeyObject {
    this.#handle ??= createPublicKey(formatPublicKeyPem(this));
    return this.#handle;
  }
}

const MAX_KEY_BYTES = 16_384;
const RSA_BITS = { min: 2048, max: 8192 } as const;
const OID = { ec: "1.2.840.10045.2.1", rsa: "1.2.840.113549.1.1.1", ed25519: "1.3.101.112" } as const;
const CURVES: ReadonlyMap<string, Curve> = new Map([
  ["1.2.840.10045.3.1.7", "P-256"],
  ["1.3.132.0.34", "P-384"],
  ["1.3.132.0.35", "P-521"],
]);
const POINTS = { "P-256": p256.Point, "P-384": p384.Point, "P-521": p521.Point } as const;
const UNCOMPRESSED = 4;
const ED25519_BYTES = 32;
const RSA_ALGORITHM_IDENTIFIER = decodeHex("300d06092a864886f70d0101010500", 15);

/** One PEM block `PUBLIC KEY` or `RSA PUBLIC KEY`, nothing before or after. Fails with KeyMalformed or KeyUnsupported. */
export function parsePublicKeyPem(pem: string): PublicKey {
  const { label, der } = malformed("KeyMalformed", "public key", () => parsePem(pem));
  switch (label) {
    case "PUBLIC KEY":
      return parsePublicKeySpki(der);
    case "RSA PUBLIC KEY":
      return parsePublicKeyPkcs1(der);
    default:
      throw new VerificationFailure(
        "KeyMalformed",
        `Cannot use a PEM block ${JSON.stringify(label)} as public key, want "PUBLIC KEY"`,
      );
  }
}

/** Strict DER of a SubjectPublicKeyInfo. Fails with KeyMalformed or KeyUnsupported. */
export function parsePublicKeySpki(der: Uint8Array): PublicKey {
  const algorithm = malformed("KeyMalformed", "public key", () => readAlgorithm(parseDer(der, MAX_KEY_BYTES)));
  return new SpkiKey(algorithm, der);
}

/** Strict DER of a PKCS#1 RSAPublicKey. Fails as parsePublicKeySpki. */
export function parsePublicKeyPkcs1(der: Uint8Array): PublicKey {
  malformed("KeyMalformed", "RSA public key", () => parseDer(der, MAX_KEY_BYTES));
  return parsePublicKeySpki(
    encodeDer(TAG.sequence, RSA_ALGORITHM_IDENTIFIER, encodeDer(TAG.bitString, Uint8Array.of(0), der)),
  );
}

function readAlgorithm(root: DerNode): KeyAlgorithm {
  const [identifier, subjectKey, ...rest] = derSequence(root, "SubjectPublicKeyInfo");
  if (rest.length > 0) throw new EncodingError("SubjectPublicKeyInfo has extra members");
  const [oidNode, parameters, ...extra] = derSequence(identifier, "AlgorithmIdentifier");
  if (extra.length > 0) throw new EncodingError("AlgorithmIdentifier has extra members");
  const key = derBitString(subjectKey, "subjectPublicKey");
  switch (derOid(oidNode, "algorithm")) {
    case OID.ec:
      return ecdsa(key, parameters);
    case OID.rsa:
      return rsa(key, parameters);
    case OID.ed25519:
      if (parameters !== undefined) throw new EncodingError("Ed25519 takes no parameters");
      if (key.length !== ED25519_BYTES) throw new EncodingError(`subjectPublicKey has ${key.length} bytes, want 32`);
      return { kind: "ed25519" };
    default:
      throw new VerificationFailure("KeyUnsupported", "Cannot use this key type: want ECDSA, RSA or Ed25519");
  }
}

function ecdsa(key: Uint8Array, parameters: DerNode | undefined): KeyAlgorithm {
  const curve = parameters?.tag === TAG.oid ? CURVES.get(derOid(parameters, "curve")) : undefined;
  if (curve === undefined)
    throw new VerificationFailure("KeyUnsupported", "Cannot use this curve: want P-256, P-384 or P-521 by name");
  checkPoint(key, curve);
  return { kind: "ecdsa", curve };
}

/**
 * RFC 5480 §2.2: uncompressed, as Go's readers have it, and on its curve. The compressed and the hybrid form would make one
 * key another principal.
 */
function checkPoint(point: Uint8Array, curve: Curve): void {
  if (point[0] === UNCOMPRESSED && isOnCurve(point, curve)) return;
  throw new EncodingError("subjectPublicKey is no uncompressed point of its curve");
}

/** Of the curve's own prime order, as every point of these curves but the one at infinity. */
function isOnCurve(point: Uint8Array, curve: Curve): boolean {
  try {
    POINTS[curve].fromBytes(Uint8Array.from(point));
    return true;
  } catch {
    return false;
  }
}

function rsa(key: Uint8Array, parameters: DerNode | undefined): KeyAlgorithm {
  if (parameters?.tag !== TAG.null || parameters.content.length > 0)
    throw new EncodingError("RSA parameters are not NULL");
  const [modulus, exponent, ...rest] = derSequence(parseDer(key, MAX_KEY_BYTES), "RSAPublicKey");
  if (rest.length > 0) throw new EncodingError("RSAPublicKey has extra members");
  const n = derInteger(modulus, "modulus");
  if (n <= 0n) throw new EncodingError("modulus is not positive");
  const bits = n.toString(2).length;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) {
    throw new VerificationFailure(
      "KeyUnsupported",
      `Cannot use an RSA key of ${bits} bits, want ${RSA_BITS.min} to ${RSA_BITS.max}`,
    );
  }
  const e = derInteger(exponent, "publicExponent");
  if (e < 65_537n || e % 2n === 0n)
    throw new VerificationFailure("KeyUnsupported", "Cannot use this RSA exponent: want an odd one, 65537 or more");
  return { kind: "rsa", bits };
}

/** One PEM block `PUBLIC KEY`, as parsePublicKeyPem() reads it; node reads it in half the time that it takes for DER. */
export function formatPublicKeyPem({ spki }: Pick<PublicKey, "spki">): string {
  return `-----BEGIN PUBLIC KEY-----\n${encodeBase64(spki)}\n-----END PUBLIC KEY-----\n`;
}
