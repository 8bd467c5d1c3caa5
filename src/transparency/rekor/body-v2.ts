/**
 * What the bodies of Rekor v2 share (verification-spec §5.7): exactly the members that the format has, a verifier with the
 * name of its key, and canonical bytes. Once every member is compared, the body is written anew from what is being verified
 * and must come out the same: then no byte of it is left that nobody has looked at.
 */
import { HASH_BYTES, type HashAlgorithm } from "../../crypto/digest.ts";
import { parsePublicKeySpki } from "../../crypto/public-key.ts";
import { encodeBase64 } from "../../encoding/base64.ts";
import { asObject, asString, unknownMember } from "../../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../../encoding/json.ts";
import { encodeUtf8, equalBytes } from "../../encoding/text.ts";
import { EncodingError } from "../../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../../failure/failure.ts";
import type { LoggedSignature } from "../entry.ts";
import { checkSigner } from "./binding.ts";
import { bytesAt, hashNamed, type LoggedHash, type RekorBody } from "./body.ts";
import { keyDetailsOf, type SignedHash } from "./key-details.ts";

/** The only member of `spec`, which names the format. Fails with LogBodyMemberUnknown. */
export function specOf({ members }: RekorBody, format: string, allowed: readonly string[]): JsonObject {
  onlyMembers(members, ["apiVersion", "kind", "spec"], "body");
  const spec = onlyMembers(members.get("spec"), [format], "spec");
  return onlyMembers(spec.get(format), allowed, format);
}

/** Throws EncodingError; fails with LogBodyMemberUnknown. */
export function onlyMembers(value: JsonValue | undefined, allowed: readonly string[], path: string): JsonObject {
  const object = asObject(value, path);
  const unknown = unknownMember(object, allowed);
  if (unknown === undefined) return object;
  throw new VerificationFailure("LogBodyMemberUnknown", `Cannot read the member ${quoted(unknown)} of ${path}`);
}

const HASH_NAMES: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "SHA2_256",
  sha384: "SHA2_384",
  sha512: "SHA2_512",
};
const HASHES: ReadonlyMap<string, HashAlgorithm> = new Map([
  [HASH_NAMES.sha256, "sha256"],
  [HASH_NAMES.sha384, "sha384"],
  [HASH_NAMES.sha512, "sha512"],
]);

/** `{algorithm, digest: base64}`. Throws EncodingError; fails with LogBodyMemberUnknown or LogDigestAlgorithmUnsupported. */
export function base64HashAt(object: JsonObject, name: string): LoggedHash {
  const members = onlyMembers(object.get(name), ["algorithm", "digest"], name);
  const algorithm = hashNamed(asString(members.get("algorithm"), `${name}.algorithm`), HASHES);
  const digest = bytesAt(members, "digest");
  if (digest.length !== HASH_BYTES[algorithm]) {
    throw new EncodingError(`${name}.digest has ${digest.length} bytes, want ${HASH_BYTES[algorithm]}`);
  }
  return { algorithm, digest };
}

/** The inverse of base64HashAt(). */
export function writeHash({ algorithm, digest }: LoggedHash): Readonly<Record<string, string>> {
  return { algorithm: HASH_NAMES[algorithm], digest: encodeBase64(digest) };
}

export interface LoggedKey {
  readonly keyDetails: string;
  readonly signedHash: SignedHash;
}

/**
 * `{keyDetails, x509Certificate | publicKey: {rawBytes}}`: the very certificate or key, under a name that fits it. Throws
 * EncodingError; fails with LogBodyMemberUnknown, LogSignerMismatch or LogKeyDetailsMismatch.
 */
export function checkVerifier(value: JsonValue | undefined, { signer }: LoggedSignature): LoggedKey {
  const verifier = onlyMembers(value, ["keyDetails", "x509Certificate", "publicKey"], "verifier");
  if (verifier.has("x509Certificate") === verifier.has("publicKey")) {
    throw new EncodingError("verifier has both or neither of x509Certificate and publicKey");
  }
  const { member, bytes } = materialOf(signer);
  checkSigner(
    verifier.has(member) &&
      equalBytes(bytesAt(onlyMembers(verifier.get(member), ["rawBytes"], member), "rawBytes"), bytes),
  );
  const keyDetails = asString(verifier.get("keyDetails"), "keyDetails");
  const signedHash = keyDetailsOf(parsePublicKeySpki(signer.spki).algorithm).get(keyDetails);
  if (signedHash === undefined) {
    throw new VerificationFailure(
      "LogKeyDetailsMismatch",
      `Cannot use a log entry that calls the signer's key ${quoted(keyDetails)}, which it is not`,
    );
  }
  return { keyDetails, signedHash };
}

function materialOf(signer: LoggedSignature["signer"]): { member: "x509Certificate" | "publicKey"; bytes: Uint8Array } {
  return signer.kind === "certificate"
    ? { member: "x509Certificate", bytes: signer.der }
    : { member: "publicKey", bytes: signer.spki };
}

/** The signature as a v2 body holds it, written from what is being verified. */
export function writeSignature({ signature, signer }: LoggedSignature, keyDetails: string): object {
  const { member, bytes } = materialOf(signer);
  return {
    content: encodeBase64(signature),
    verifier: { keyDetails, [member]: { rawBytes: encodeBase64(bytes) } },
  };
}

/** `spec` with its members in the order of RFC 8785. Fails with LogBodyNotCanonical. */
export function checkCanonical({ bytes, kind, version }: RekorBody, spec: object): void {
  if (equalBytes(bytes, encodeUtf8(JSON.stringify({ apiVersion: version, kind, spec })))) return;
  throw new VerificationFailure(
    "LogBodyNotCanonical",
    "Cannot use a log entry that is not written as the log writes it: other spacing, order or escapes",
  );
}
