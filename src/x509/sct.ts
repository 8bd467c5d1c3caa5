/**
 * Embedded signed certificate timestamps (RFC 6962 §3.2, §3.3; verification-spec §4.6): a log's promise to publish the
 * certificate. The signature is over the TBSCertificate without the list itself, cut out byte by byte, and over the key of
 * the issuer that the chain proved, never of one that the bundle names.
 */
import { sha256 } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import { verifyWithAlgorithm } from "../crypto/signature-algorithm.ts";
import { parseDer, expectTag } from "../encoding/der.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { Instant } from "../encoding/instant.ts";
import { contains, type Interval } from "../encoding/interval.ts";
import { Reader } from "../encoding/reader.ts";
import { concatBytes, equalBytes } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Certificate } from "./certificate.ts";
import { POISON_OID, SCT_LIST_OID, tbsWithoutSctList } from "./precertificate.ts";

export interface CertificateTransparencyLog {
  /** SHA-256 of the log's SPKI. */
  readonly keyId: Uint8Array;
  readonly key: PublicKey;
  readonly validFor: Interval;
}

export interface VerifiedSct {
  /** Lower-case hex. */
  readonly logId: string;
  readonly time: Instant;
}

interface Sct {
  readonly logId: Uint8Array;
  readonly timestamp: bigint;
  readonly extensions: Uint8Array;
  /** Undefined: an algorithm that logs do not use. */
  readonly algorithm: "ecdsa" | "rsa" | undefined;
  readonly signature: Uint8Array;
}

const OCTET_STRING = 0x04;
const MAX_SCTS = 16;
const SHA256_CODE = 4;
const SIGNATURE_CODES: ReadonlyMap<number, "ecdsa" | "rsa"> = new Map([
  [1, "rsa"],
  [3, "ecdsa"],
]);

/**
 * One promise a distinct log, at least one. `issuer` is the verified parent of `leaf`. Promises of unknown logs and those
 * outside a log's window are passed over; one of a known log that does not verify refuses the certificate.
 */
export function verifyScts(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly CertificateTransparencyLog[],
): readonly VerifiedSct[] {
  const scts = readScts(leaf);
  const tbs = tbsWithoutSctList(leaf.tbs);
  const verified = new Map<string, VerifiedSct>();
  let outside = 0;
  for (const sct of scts) {
    const log = logs.find(({ keyId }) => equalBytes(keyId, sct.logId));
    if (log === undefined) continue;
    const time = Number(sct.timestamp);
    if (!contains(log.validFor, time)) {
      outside += 1;
      continue;
    }
    checkSignature(sct, log, signedData(sct, issuer, tbs));
    const logId = encodeHex(sct.logId);
    verified.set(logId, { logId, time });
  }
  if (verified.size > 0) return [...verified.values()];
  throw outside > 0
    ? new VerificationFailure("SctOutsideLogWindow", "Cannot use a promise made while the log's key was not valid")
    : new VerificationFailure(
        "SctLogUnknown",
        `Cannot verify any of ${scts.length} promises: their certificate-transparency logs are not in the trust root`,
      );
}

function readScts({ extensions }: Certificate): readonly Sct[] {
  if (extensions.has(POISON_OID)) {
    throw new VerificationFailure("SctPoisoned", "Cannot use a precertificate as certificate");
  }
  const extension = extensions.get(SCT_LIST_OID);
  if (extension === undefined) {
    throw new VerificationFailure("SctMissing", "Cannot find a signed certificate timestamp in the certificate");
  }
  return malformed("SctMalformed", "signed certificate timestamps", () =>
    readList(expectTag(parseDer(extension.value), OCTET_STRING, "list").content),
  );
}

function readList(bytes: Uint8Array): readonly Sct[] {
  const outer = new Reader(bytes);
  const list = new Reader(outer.vector16("list"));
  outer.end("list");
  const scts: Sct[] = [];
  while (!list.isAtEnd) {
    if (scts.length === MAX_SCTS) throw new EncodingError(`more than ${MAX_SCTS} in the list`);
    scts.push(readSct(list.vector16("timestamp")));
  }
  if (scts.length === 0) throw new EncodingError("the list is empty");
  return scts;
}

function readSct(bytes: Uint8Array): Sct {
  const reader = new Reader(bytes);
  const version = reader.uint8("version");
  if (version !== 0) throw new EncodingError(`version ${version + 1}, want 1`);
  const logId = reader.take(32, "log id");
  const timestamp = reader.uint64("timestamp");
  if (timestamp > BigInt(Number.MAX_SAFE_INTEGER)) throw new EncodingError("timestamp is out of range");
  const extensions = reader.vector16("extensions");
  const hash = reader.uint8("hash algorithm");
  const code = reader.uint8("signature algorithm");
  const signature = reader.vector16("signature");
  reader.end("timestamp");
  const algorithm = hash === SHA256_CODE ? SIGNATURE_CODES.get(code) : undefined;
  return { logId, timestamp, extensions, algorithm, signature };
}

function checkSignature(sct: Sct, { key }: CertificateTransparencyLog, message: Uint8Array): void {
  const { algorithm, signature } = sct;
  if (algorithm !== undefined && verifyWithAlgorithm({ kind: algorithm, hash: "sha256" }, key, message, signature)) {
    return;
  }
  throw new VerificationFailure(
    "SctSignatureInvalid",
    "Cannot verify a signed certificate timestamp with the key of its log",
  );
}

/** digitally-signed struct of RFC 6962 §3.2 for a precert_entry. */
function signedData({ timestamp, extensions }: Sct, issuer: Certificate, tbs: Uint8Array): Uint8Array {
  return concatBytes(
    Uint8Array.of(0, 0),
    bigEndian(Number(timestamp), 8),
    Uint8Array.of(0, 1),
    keyHashOf(issuer),
    bigEndian(tbs.length, 3),
    tbs,
    bigEndian(extensions.length, 2),
    extensions,
  );
}

const keyHashes = new WeakMap<Certificate, Uint8Array>();

/** Of the issuer's key; hashed once, since the issuers are the trust root's. */
function keyHashOf(issuer: Certificate): Uint8Array {
  const keyHash = keyHashes.get(issuer) ?? sha256(issuer.spki);
  keyHashes.set(issuer, keyHash);
  return keyHash;
}

/** Requires a safe integer. */
function bigEndian(value: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let at = byteLength - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}
