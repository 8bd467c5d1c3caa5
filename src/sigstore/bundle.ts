/**
 * Sigstore bundles of version 0.3, the one that registries hold (verification-spec §7.1; protobuf-JSON with exact
 * lowerCamelCase names). Unknown and duplicate members, other versions, and both or neither of a oneof are refused.
 * Log entries and time stamps are held to their shape; nothing in them is verified or kept.
 */
import { decodeBase64Either } from "../encoding/base64.ts";
import { asArray, asInt64, asObject, asString, isJsonObject, unknownMember } from "../encoding/guard.ts";
import { parseJson, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import { parseEnvelope, type Envelope } from "./dsse.ts";

export interface MessageSignature {
  readonly signature: Uint8Array;
  /** What the signer says it signed: a hint that must not be wrong (§3.3). */
  readonly messageDigest?: { readonly algorithm: string; readonly digest: Uint8Array };
}

export interface Bundle {
  readonly signer: "public-key" | "certificate";
  readonly content:
    | { readonly kind: "dsse"; readonly envelope: Envelope }
    | { readonly kind: "message"; readonly message: MessageSignature };
}

/** Media types of version 0.3, of the bundle and of the layer that holds it (§1.5.1). */
const MEDIA_TYPES = [
  "application/vnd.dev.sigstore.bundle.v0.3+json",
  "application/vnd.dev.sigstore.bundle+json;version=0.3",
];
const MAX_ENTRIES = 32;
const MAX_HASHES = 64;

export function isBundleMediaType(mediaType: string): boolean {
  return MEDIA_TYPES.includes(mediaType);
}

/** Every member that version 0.3 has; a list's shape is the shape of its elements. */
interface Shape {
  readonly [member: string]: Shape;
}
const LEAF: Shape = {};
const SHAPE: Shape = {
  mediaType: LEAF,
  verificationMaterial: {
    publicKey: { hint: LEAF },
    certificate: { rawBytes: LEAF },
    x509CertificateChain: { certificates: { rawBytes: LEAF } },
    tlogEntries: {
      logIndex: LEAF,
      logId: { keyId: LEAF },
      kindVersion: { kind: LEAF, version: LEAF },
      integratedTime: LEAF,
      inclusionPromise: { signedEntryTimestamp: LEAF },
      inclusionProof: { logIndex: LEAF, rootHash: LEAF, treeSize: LEAF, hashes: LEAF, checkpoint: { envelope: LEAF } },
      canonicalizedBody: LEAF,
    },
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: LEAF } },
  },
  messageSignature: { messageDigest: { algorithm: LEAF, digest: LEAF }, signature: LEAF },
  dsseEnvelope: { payload: LEAF, payloadType: LEAF, signatures: { sig: LEAF, keyid: LEAF } },
};

/** Fails with a Bundle… or Envelope… code. */
export function parseBundle(bytes: Uint8Array): Bundle {
  return malformed("BundleMalformed", "bundle", () => {
    const bundle = asObject(parseJson(bytes), "bundle");
    checkVersion(asString(bundle.get("mediaType"), "mediaType"));
    checkMembers(bundle, SHAPE, "bundle");
    const material = asObject(bundle.get("verificationMaterial"), "verificationMaterial");
    const signer = readSigner(material);
    checkLogEntries(listOf(material, "tlogEntries"));
    checkTimestamps(material.get("timestampVerificationData"));
    return { signer, content: readContent(bundle) };
  });
}

function checkVersion(mediaType: string): void {
  if (isBundleMediaType(mediaType)) return;
  throw new VerificationFailure(
    "BundleVersionUnsupported",
    `Cannot read a bundle of media type ${quoted(mediaType)}, want version 0.3, which registries hold`,
    { actual: quoted(mediaType) },
  );
}

function checkMembers(value: unknown, shape: Shape, path: string): void {
  if (Array.isArray(value)) for (const element of value) checkMembers(element, shape, path);
  if (!isJsonObject(value)) return;
  const unknown = unknownMember(value, Object.keys(shape));
  if (unknown !== undefined) {
    throw new VerificationFailure("BundleMemberUnknown", `Cannot read the member ${quoted(unknown)} of ${path}`);
  }
  for (const [name, member] of value) checkMembers(member, shape[name] ?? LEAF, `${path}.${name}`);
}

function readSigner(material: JsonObject): Bundle["signer"] {
  if (material.has("x509CertificateChain")) {
    throw new VerificationFailure("BundleChainForbidden", "Cannot use x509CertificateChain in a bundle of version 0.3");
  }
  const publicKey = material.get("publicKey");
  const certificate = material.get("certificate");
  if ((publicKey === undefined) === (certificate === undefined)) {
    throw new VerificationFailure(
      "BundleMaterialAmbiguous",
      `Cannot tell who signed: the bundle has ${publicKey === undefined ? "neither" : "both"} of publicKey and certificate, want one`,
    );
  }
  if (publicKey !== undefined) {
    asString(asObject(publicKey, "publicKey").get("hint") ?? "", "publicKey.hint");
    return "public-key";
  }
  bytesOf(asObject(certificate, "certificate"), "rawBytes");
  return "certificate";
}

function readContent(bundle: JsonObject): Bundle["content"] {
  const envelope = bundle.get("dsseEnvelope");
  const message = bundle.get("messageSignature");
  if ((envelope === undefined) === (message === undefined)) {
    throw new VerificationFailure(
      "BundleContentAmbiguous",
      `Cannot tell what was signed: the bundle has ${envelope === undefined ? "neither" : "both"} of dsseEnvelope and messageSignature, want one`,
    );
  }
  return envelope !== undefined
    ? { kind: "dsse", envelope: parseEnvelope(envelope) }
    : { kind: "message", message: readMessage(asObject(message, "messageSignature")) };
}

function readMessage(message: JsonObject): MessageSignature {
  const signature = bytesOf(message, "signature");
  const value = message.get("messageDigest");
  if (value === undefined) return { signature };
  const digest = asObject(value, "messageDigest");
  const algorithm = asString(digest.get("algorithm"), "messageDigest.algorithm");
  return { signature, messageDigest: { algorithm, digest: bytesOf(digest, "digest") } };
}

function checkLogEntries(entries: readonly unknown[]): void {
  checkCount(entries, "log entries");
  entries.forEach((entry, index) => checkLogEntry(asObject(entry, `tlogEntries[${index}]`)));
}

function checkLogEntry(entry: JsonObject): void {
  notNegative(entry, "logIndex");
  notNegative(entry, "integratedTime");
  bytesOf(asObject(entry.get("logId"), "logId"), "keyId");
  const kindVersion = asObject(entry.get("kindVersion"), "kindVersion");
  asString(kindVersion.get("kind"), "kindVersion.kind");
  asString(kindVersion.get("version"), "kindVersion.version");
  bytesOf(entry, "canonicalizedBody");
  const promise = entry.get("inclusionPromise");
  if (promise !== undefined) bytesOf(asObject(promise, "inclusionPromise"), "signedEntryTimestamp");
  checkProof(entry.get("inclusionProof"));
}

/** Version 0.3 asks for a proof with a checkpoint of every entry, not of some entry (§7.1). */
function checkProof(value: JsonValue | undefined): void {
  const proof = value === undefined ? undefined : asObject(value, "inclusionProof");
  const checkpoint = proof?.get("checkpoint");
  if (proof === undefined || checkpoint === undefined) {
    throw new VerificationFailure(
      "BundleProofMissing",
      "Cannot use a log entry without an inclusion proof that has a checkpoint",
    );
  }
  asString(asObject(checkpoint, "checkpoint").get("envelope"), "checkpoint.envelope");
  notNegative(proof, "logIndex");
  notNegative(proof, "treeSize");
  bytesOf(proof, "rootHash");
  const hashes = listOf(proof, "hashes");
  if (hashes.length > MAX_HASHES) throw new EncodingError(`hashes has ${hashes.length} members, want at most 64`);
  for (const hash of hashes) decodeBase64Either(asString(hash, "hashes member"));
}

function checkTimestamps(value: JsonValue | undefined): void {
  if (value === undefined) return;
  const timestamps = listOf(asObject(value, "timestampVerificationData"), "rfc3161Timestamps");
  checkCount(timestamps, "time stamps");
  for (const timestamp of timestamps) bytesOf(asObject(timestamp, "rfc3161Timestamps member"), "signedTimestamp");
}

function checkCount(list: readonly unknown[], what: string): void {
  if (list.length <= MAX_ENTRIES) return;
  throw new VerificationFailure(
    "BundleTooManyEntries",
    `Cannot read a bundle with ${list.length} ${what}, want at most ${MAX_ENTRIES}`,
  );
}

/** Zero and empty values may be absent in protobuf-JSON (§7.1). */
function listOf(object: JsonObject, name: string): readonly unknown[] {
  return asArray(object.get(name) ?? [], name);
}

function notNegative(object: JsonObject, name: string): void {
  if (asInt64(object.get(name) ?? "0", name) < 0n) throw new EncodingError(`${name} is negative`);
}

/** A `bytes` member that must say something. */
function bytesOf(object: JsonObject, name: string): Uint8Array {
  const bytes = decodeBase64Either(asString(object.get(name), name));
  if (bytes.length === 0) throw new EncodingError(`${name} is empty`);
  return bytes;
}
