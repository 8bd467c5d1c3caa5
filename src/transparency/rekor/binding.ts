/**
 * What binds an entry to the signature that is being verified (verification-spec §5.5): the same signature bytes, the same
 * certificate or key, the same digest. A log's promise about somebody else's signature proves nothing about this one
 * (CVE-2022-23649, CVE-2022-36056, CVE-2026-22703); so each comparison has a code of its own and none is left out.
 */
import { hash, type HashAlgorithm } from "../../crypto/digest.ts";
import { encodeHex } from "../../encoding/hex.ts";
import { parsePem, type PemBlock } from "../../encoding/pem.ts";
import { preAuthEncoding } from "../../encoding/pre-auth-encoding.ts";
import { decodeUtf8, equalBytes } from "../../encoding/text.ts";
import type { FailureCode } from "../../failure/catalogue.ts";
import { VerificationFailure } from "../../failure/failure.ts";
import { parseCertificate } from "../../x509/certificate.ts";
import type { LoggedContent, LoggedSignature } from "../entry.ts";
import type { LoggedHash } from "./body.ts";

export type DsseContent = Extract<LoggedContent, { kind: "dsse" }>;

/** Fails with LogSignatureMismatch. */
export function checkSignature(logged: Uint8Array, { signature }: LoggedSignature): void {
  if (equalBytes(logged, signature)) return;
  throw new VerificationFailure("LogSignatureMismatch", "Cannot use a log entry about another signature");
}

/** A PEM block in UTF-8, as Rekor v1 keeps signers. Throws EncodingError; fails with LogSignerMismatch or CertificateMalformed. */
export function checkSignerPem(pem: Uint8Array, { signer }: LoggedSignature): void {
  checkSigner(isSigner(parsePem(decodeUtf8(pem)), signer));
}

/** Fails with LogSignerMismatch. */
export function checkSigner(isSame: boolean): void {
  if (isSame) return;
  throw new VerificationFailure(
    "LogSignerMismatch",
    "Cannot use a log entry about a signature by another certificate or key",
  );
}

/** A key may have been logged within a certificate (`cosign sign --key --certificate`): the key is what the rule names. */
function isSigner({ label, der }: PemBlock, signer: LoggedSignature["signer"]): boolean {
  if (label !== "CERTIFICATE") return label === "PUBLIC KEY" && signer.kind === "key" && equalBytes(der, signer.spki);
  if (signer.kind === "certificate") return equalBytes(der, signer.der);
  return equalBytes(parseCertificate(der).spki, signer.spki);
}

/** The digest of the bytes that are signed. Fails with LogDigestAlgorithmMismatch or LogDigestMismatch. */
export function checkDigest(logged: LoggedHash, content: LoggedContent): void {
  const wanted = content.kind === "dsse" ? undefined : content.algorithm;
  if (wanted !== undefined) checkAlgorithm(logged.algorithm, wanted);
  compare("LogDigestMismatch", "another digest", logged.digest, signedDigest(logged.algorithm, content));
}

/** Fails with LogDigestAlgorithmMismatch. */
export function checkAlgorithm(logged: HashAlgorithm, wanted: HashAlgorithm): void {
  if (logged === wanted) return;
  throw new VerificationFailure(
    "LogDigestAlgorithmMismatch",
    `Cannot use a log entry with a ${logged} digest, want ${wanted}`,
    { actual: logged, expected: wanted },
  );
}

function signedDigest(algorithm: HashAlgorithm, content: LoggedContent): Uint8Array {
  switch (content.kind) {
    case "message":
      return hash(algorithm, content.message);
    case "digest":
      return content.digest;
    case "dsse":
      return hash(algorithm, preAuthEncoding(content.payloadType, content.payload));
  }
}

/** For kinds that log messages alone: the bridge of envelopes over them is of v2 (§5.7). Fails with LogKindUnfit. */
export function checkMessage({ content }: LoggedSignature): void {
  if (content.kind !== "dsse") return;
  throw new VerificationFailure(
    "LogKindUnfit",
    "Cannot use a log entry about a message: the signature is of an envelope",
  );
}

/** For kinds that log envelopes alone. Fails with LogKindUnfit. */
export function dsseOf({ content }: LoggedSignature): DsseContent {
  if (content.kind === "dsse") return content;
  throw new VerificationFailure(
    "LogKindUnfit",
    "Cannot use a log entry about an envelope: the signature is not of one",
  );
}

/** Fails with LogPayloadHashMismatch. */
export function checkPayloadHash({ algorithm, digest }: LoggedHash, { payload }: DsseContent): void {
  compare("LogPayloadHashMismatch", "another payload", digest, hash(algorithm, payload));
}

/** Fails with LogEnvelopeHashMismatch. */
export function checkEnvelopeHash({ algorithm, digest }: LoggedHash, envelope: Uint8Array): void {
  compare("LogEnvelopeHashMismatch", "another envelope", digest, hash(algorithm, envelope));
}

function compare(code: FailureCode, what: string, logged: Uint8Array, wanted: Uint8Array): void {
  if (equalBytes(logged, wanted)) return;
  const [actual, expected] = [encodeHex(logged), encodeHex(wanted)];
  throw new VerificationFailure(code, `Cannot use a log entry about ${what}: ${actual}, want ${expected}`, {
    actual,
    expected,
  });
}
