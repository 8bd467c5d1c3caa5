/**
 * The logs of a trust root, of entries (`tlogs`) and of certificates (`ctlogs`): verification-spec §7.2. A log without the
 * beginning of its key's window and two logs of one id refuse the file; a log of an algorithm that is not supported is left
 * out with a warning, since roots keep logs that ended long ago.
 */
import { parsePublicKeySpki, type KeyAlgorithm, type PublicKey } from "../crypto/public-key.ts";
import { parseRfc3339 } from "../encoding/instant.ts";
import { asObject } from "../encoding/guard.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { Interval } from "../encoding/interval.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { attempt } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { TransparencyLog } from "../transparency/entry.ts";
import { bytesOf, memberOf, messageOf, messagesOf, textOf } from "./protobuf-json.ts";

type Log = Omit<TransparencyLog, "isBuiltIn">;

/** PublicKeyDetails that a log may have, and the key that it must then have (§3.2). */
const SUPPORTED: ReadonlyMap<string, string> = new Map([
  ["PKIX_ECDSA_P256_SHA_256", "ECDSA P-256"],
  ["PKIX_ECDSA_P384_SHA_384", "ECDSA P-384"],
  ["PKIX_ECDSA_P521_SHA_512", "ECDSA P-521"],
  ["PKIX_RSA_PKCS1V15_2048_SHA256", "RSA 2048"],
  ["PKIX_RSA_PKCS1V15_3072_SHA256", "RSA 3072"],
  ["PKIX_RSA_PKCS1V15_4096_SHA256", "RSA 4096"],
  ["PKIX_ED25519", "Ed25519"],
]);

/** True for the kinds of keys that a log may have. */
export function isLogKey({ algorithm }: PublicKey): boolean {
  return [...SUPPORTED.values()].includes(kindOf(algorithm));
}

/** Fails with a TrustRootLog… or TrustRootKey… code; throws EncodingError. */
export function readLogs(
  root: JsonObject,
  list: "tlogs" | "ctlogs",
): { readonly logs: readonly Log[]; readonly warnings: readonly string[] } {
  const seen = new Set<string>();
  const logs: Log[] = [];
  const warnings: string[] = [];
  messagesOf(root, list).forEach((log, index) => {
    const path = `${list}[${index}]`;
    const publicKey = messageOf(log, "publicKey");
    const validFor = readLogWindow(publicKey, path);
    const keyId = bytesOf(messageOf(log, "logId"), "keyId");
    checkUnseen(seen, keyId, path);
    const details = textOf(publicKey, "keyDetails") ?? "";
    const reason = unsupportedReason(textOf(log, "hashAlgorithm") ?? "", details);
    if (reason === undefined) {
      logs.push({ keyId, key: readKey(publicKey, details, path), validFor, ...readOptional(log) });
    } else warnings.push(`${path} of the trust root is left out: ${reason}`);
  });
  return { logs, warnings };
}

/** A window of the trust root; absent or null ends are open. Throws EncodingError. */
export function readWindow(value: JsonValue | undefined): Interval {
  if (value === undefined) return {};
  const window = asObject(value, "validFor");
  const [start, end] = [textOf(window, "start"), textOf(window, "end")].map((time) =>
    time === undefined ? undefined : parseRfc3339(time),
  );
  if (start !== undefined && end !== undefined && end < start)
    throw new EncodingError("validFor ends before it starts");
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}

/** §5.1: a log without the beginning of its window is malformed. */
function readLogWindow(publicKey: JsonObject, path: string): Interval {
  const window = readWindow(memberOf(publicKey, "validFor"));
  if (window.start !== undefined) return window;
  throw new VerificationFailure(
    "TrustRootLogStartMissing",
    `Cannot use ${path} of the trust root: its key has no validFor.start`,
  );
}

/** Remembers the log. Fails with TrustRootLogDuplicate for one that was seen. */
export function checkUnseen(seen: Set<string>, keyId: Uint8Array, path: string): void {
  const id = encodeHex(keyId);
  if (seen.has(id)) {
    throw new VerificationFailure(
      "TrustRootLogDuplicate",
      `Cannot tell two logs of the trust root apart: ${path} has the keyId ${id} of another`,
    );
  }
  seen.add(id);
}

function unsupportedReason(hash: string, details: string): string | undefined {
  if (hash !== "SHA2_256") return `its hashAlgorithm is ${quoted(hash)}, want "SHA2_256"`;
  return SUPPORTED.has(details) ? undefined : `its keyDetails ${quoted(details)} are not supported`;
}

function readKey(publicKey: JsonObject, details: string, path: string): PublicKey {
  const spki = bytesOf(publicKey, "rawBytes");
  const result = attempt(() => parsePublicKeySpki(spki));
  if (!result.ok) {
    throw new VerificationFailure(
      "TrustRootKeyMalformed",
      `Cannot use the key of ${path} of the trust root: ${result.failure.message}`,
      { cause: result.failure },
    );
  }
  const actual = kindOf(result.value.algorithm);
  if (actual === SUPPORTED.get(details)) return result.value;
  throw new VerificationFailure(
    "TrustRootKeyMismatch",
    `Cannot use the key of ${path} of the trust root: it is ${actual}, want ${details} as its keyDetails say`,
  );
}

function kindOf(algorithm: KeyAlgorithm): string {
  switch (algorithm.kind) {
    case "ecdsa":
      return `ECDSA ${algorithm.curve}`;
    case "rsa":
      return `RSA ${algorithm.bits}`;
    case "ed25519":
      return "Ed25519";
  }
}

function readOptional(log: JsonObject): Pick<Log, "baseUrl" | "checkpointKeyId"> {
  const baseUrl = textOf(log, "baseUrl");
  const checkpointKeyId = memberOf(log, "checkpointKeyId");
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(checkpointKeyId !== undefined && { checkpointKeyId: bytesOf(messageOf(log, "checkpointKeyId"), "keyId") }),
  };
}
