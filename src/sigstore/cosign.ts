/**
 * Layers of cosign's legacy manifests (verification-spec §1.1–1.3): `.sig`, whose blob is the simple-signing payload and
 * whose signature stands in an annotation, and `.att`, whose blob is the DSSE envelope with its signature. Certificate, log
 * entry and time stamp stand in annotations of either. The chain annotation is never read: issuers come from the trust
 * root alone.
 *
 *   dev.cosignproject.cosign/signature       base64 of the signature
 *   dev.sigstore.cosign/certificate          PEM of the leaf
 *   dev.sigstore.cosign/bundle               {"SignedEntryTimestamp": base64, "Payload": {"body": base64,
 *                                              "integratedTime": number, "logIndex": number, "logID": hex}}
 *   dev.sigstore.cosign/rfc3161timestamp     {"SignedRFC3161Timestamp": base64 of DER}
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { asInteger, asObject, asString, unknownMember } from "../encoding/guard.ts";
import { decodeHex } from "../encoding/hex.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { parsePem } from "../encoding/pem.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { LogEntry } from "../transparency/entry.ts";
import { parseEnvelopeBytes, type Envelope } from "./dsse.ts";

/** The only layer media type that is a legacy image signature. */
export const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
/** The only layer media type that is a legacy attestation. */
export const ENVELOPE_MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json";

const SIGNATURE = "dev.cosignproject.cosign/signature";
const CERTIFICATE = "dev.sigstore.cosign/certificate";
const LOG_ENTRY = "dev.sigstore.cosign/bundle";
const TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp";

const LOG_ID_BYTES = 32;

type Annotations = ReadonlyMap<string, string>;

/** What the annotations bring beside the signature; hostile in every member. */
interface LayerEvidence {
  /** DER of the leaf. */
  readonly certificate?: Uint8Array;
  /** Of Rekor v1: a promise, no proof, and no word of what kind its body is. */
  readonly logEntry?: LogEntry;
  /** DER of TimeStampResp: none or one. */
  readonly timestamps: readonly Uint8Array[];
}

export interface SignatureLayer extends LayerEvidence {
  readonly signature: Uint8Array;
}

export interface AttestationLayer extends LayerEvidence {
  readonly envelope: Envelope;
  /** The layer's blob: what the log hashed and what a time stamp is over. */
  readonly envelopeBytes: Uint8Array;
}

/** A `.sig` layer; its blob is the payload. Fails with the …Annotation… code of the annotation that is wrong. */
export function parseSignatureLayer(annotations: Annotations): SignatureLayer {
  const text = annotations.get(SIGNATURE);
  if (text === undefined) {
    throw new VerificationFailure(
      "SignatureAnnotationMissing",
      `Cannot find a signature: the layer has no annotation "${SIGNATURE}"`,
    );
  }
  if (text === "") {
    throw new VerificationFailure(
      "SignatureAnnotationEmpty",
      `Cannot find a signature: the annotation "${SIGNATURE}" is empty`,
    );
  }
  // Line breaks alone are passed over, as cosign does: signers that pipe a file through "base64" leave them (vector pki-valid)
  const line = text.replace(/\r?\n/g, "");
  const signature = malformed("SignatureAnnotationMalformed", "signature annotation", () => decodeBase64(line));
  return { signature, ...readEvidence(annotations) };
}

/** An `.att` layer. Fails with an Envelope… code or the …Annotation… code of the annotation that is wrong. */
export function parseAttestationLayer(blob: Uint8Array, annotations: Annotations): AttestationLayer {
  if ((annotations.get(SIGNATURE) ?? "") !== "") {
    throw new VerificationFailure(
      "SignatureAnnotationUnexpected",
      `Cannot tell which signature is meant: an attestation has its own, and the annotation "${SIGNATURE}" another`,
    );
  }
  return { envelope: parseEnvelopeBytes(blob), envelopeBytes: blob, ...readEvidence(annotations) };
}

function readEvidence(annotations: Annotations): LayerEvidence {
  const certificate = annotations.get(CERTIFICATE);
  const logEntry = annotations.get(LOG_ENTRY);
  const timestamp = annotations.get(TIMESTAMP);
  return {
    ...(certificate !== undefined && { certificate: readCertificate(certificate) }),
    ...(logEntry !== undefined && { logEntry: readLogEntry(logEntry) }),
    timestamps: timestamp === undefined ? [] : [readTimestamp(timestamp)],
  };
}

function readCertificate(pem: string): Uint8Array {
  return malformed("CertificateAnnotationMalformed", "certificate annotation", () => {
    const { label, der } = parsePem(pem);
    if (label !== "CERTIFICATE") throw new EncodingError(`a PEM block ${quoted(label)}, want "CERTIFICATE"`);
    return der;
  });
}

function readLogEntry(text: string): LogEntry {
  return malformed("BundleAnnotationMalformed", "bundle annotation", () => {
    const bundle = exactObject(parseJson(text), "bundle", ["SignedEntryTimestamp", "Payload"]);
    const payload = exactObject(bundle.get("Payload"), "Payload", ["body", "integratedTime", "logIndex", "logID"]);
    return {
      keyId: decodeHex(asString(payload.get("logID"), "logID"), LOG_ID_BYTES),
      body: bytesOf(payload, "body"),
      logIndex: countOf(payload, "logIndex"),
      integratedTime: countOf(payload, "integratedTime"),
      signedEntryTimestamp: bytesOf(bundle, "SignedEntryTimestamp"),
    };
  });
}

function readTimestamp(text: string): Uint8Array {
  return malformed("TimestampAnnotationMalformed", "time stamp annotation", () =>
    bytesOf(exactObject(parseJson(text), "time stamp", ["SignedRFC3161Timestamp"]), "SignedRFC3161Timestamp"),
  );
}

/** Go's reader folds case, so a member in other case could be one thing to cosign and another to us. */
function exactObject(value: unknown, path: string, members: readonly string[]): JsonObject {
  const object = asObject(value, path);
  const unknown = unknownMember(object, members);
  if (unknown !== undefined) throw new EncodingError(`${path} has the unknown member ${quoted(unknown)}`);
  return object;
}

function bytesOf(object: JsonObject, name: string): Uint8Array {
  const bytes = decodeBase64(asString(object.get(name), name));
  if (bytes.length === 0) throw new EncodingError(`${name} is empty`);
  return bytes;
}

function countOf(object: JsonObject, name: string): bigint {
  const count = asInteger(object.get(name), name);
  if (count < 0) throw new EncodingError(`${name} is negative`);
  return BigInt(count);
}
