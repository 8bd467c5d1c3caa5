/**
 * Sigstore bundles of version 0.1 to 0.3 (verification-spec §7.1; protobuf-JSON with exact lowerCamelCase names).
 * Registries hold 0.3, which is all that is read unless the caller says otherwise. Unknown and duplicate members, other
 * versions, and both or neither of a oneof are refused. Nothing in a bundle is verified here.
 */
import { asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { LogEntry } from "../transparency/entry.ts";
import { readLogEntries, readTimestamps } from "./bundle-entries.ts";
import { BUNDLE_SHAPE, bundleVersion, type BundleVersion } from "./bundle-shape.ts";
import { readSigner, type BundleSigner } from "./bundle-signer.ts";
import { parseEnvelope, type Envelope } from "./dsse.ts";
import { bytesOf, memberOf, messageOf, refuseUnknownMembers } from "./protobuf-json.ts";

export interface MessageSignature {
  readonly signature: Uint8Array;
  /** What the signer says it signed: a hint that must not be wrong (§3.3). */
  readonly messageDigest?: { readonly algorithm: string; readonly digest: Uint8Array };
}

export interface Bundle {
  readonly version: BundleVersion;
  readonly signer: BundleSigner;
  readonly content:
    | { readonly kind: "dsse"; readonly envelope: Envelope }
    | { readonly kind: "message"; readonly message: MessageSignature };
  readonly logEntries: readonly LogEntry[];
  /** DER of TimeStampResp each. */
  readonly timestamps: readonly Uint8Array[];
}

/** Fails with a Bundle… or Envelope… code; with a Certificate… code for a chain of version 0.1 or 0.2. */
export function parseBundle(bytes: Uint8Array, versions: readonly BundleVersion[] = ["0.3"]): Bundle {
  return malformed("BundleMalformed", "bundle", () => {
    const bundle = asObject(parseJson(bytes), "bundle");
    const version = bundleVersion(asString(memberOf(bundle, "mediaType"), "mediaType"), versions);
    refuseUnknownMembers(bundle, BUNDLE_SHAPE, "bundle", "BundleMemberUnknown");
    const material = messageOf(bundle, "verificationMaterial");
    return {
      version,
      content: readContent(bundle),
      signer: readSigner(material, version),
      logEntries: readLogEntries(material, version),
      timestamps: readTimestamps(material),
    };
  });
}

function readContent(bundle: JsonObject): Bundle["content"] {
  const envelope = memberOf(bundle, "dsseEnvelope");
  const message = memberOf(bundle, "messageSignature");
  if ((envelope === undefined) === (message === undefined)) {
    throw new VerificationFailure(
      "BundleContentAmbiguous",
      `Cannot tell what was signed: the bundle has ${envelope === undefined ? "neither" : "both"} of dsseEnvelope and messageSignature, want one`,
    );
  }
  return envelope !== undefined
    ? { kind: "dsse", envelope: parseEnvelope(envelope) }
    : { kind: "message", message: readMessage(messageOf(bundle, "messageSignature")) };
}

function readMessage(message: JsonObject): MessageSignature {
  const signature = bytesOf(message, "signature");
  if (memberOf(message, "messageDigest") === undefined) return { signature };
  const digest = messageOf(message, "messageDigest");
  const algorithm = asString(memberOf(digest, "algorithm"), "messageDigest.algorithm");
  return { signature, messageDigest: { algorithm, digest: bytesOf(digest, "digest") } };
}
