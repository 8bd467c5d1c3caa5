/**
 * The body of a log entry as far as every kind shares it (verification-spec §5.5, §5.7), and the readers of its members.
 * Nothing in it is believed here: a log signs what anybody uploads.
 *
 *   {"apiVersion": version, "kind": kind, "spec": {…}}
 */
import { HASH_BYTES, type HashAlgorithm } from "../../crypto/digest.ts";
import { decodeBase64 } from "../../encoding/base64.ts";
import { asArray, asObject, asString } from "../../encoding/guard.ts";
import { decodeHex } from "../../encoding/hex.ts";
import { parseJson, type JsonObject } from "../../encoding/json.ts";
import { malformed } from "../../failure/attempt.ts";
import { quoted, VerificationFailure } from "../../failure/failure.ts";

export interface RekorBody {
  readonly kind: string;
  readonly version: string;
  /** The whole object. */
  readonly members: JsonObject;
  readonly bytes: Uint8Array;
}

export interface LoggedHash {
  readonly algorithm: HashAlgorithm;
  readonly digest: Uint8Array;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Fails with LogBodyTooLarge or LogBodyMalformed. */
export function parseBody(bytes: Uint8Array): RekorBody {
  if (bytes.length > MAX_BYTES) {
    throw new VerificationFailure(
      "LogBodyTooLarge",
      `Cannot read an entry of ${bytes.length} bytes, want at most 4 MiB`,
    );
  }
  return malformed("LogBodyMalformed", "the body of a log entry", () => {
    const members = asObject(parseJson(bytes), "body");
    const kind = asString(members.get("kind"), "kind");
    return { kind, version: asString(members.get("apiVersion"), "apiVersion"), members, bytes };
  });
}

/** The object at `path`, member by member. Throws EncodingError. */
export function objectAt(members: JsonObject, ...path: readonly string[]): JsonObject {
  let object = members;
  for (const name of path) object = asObject(object.get(name), name);
  return object;
}

export function bytesAt(object: JsonObject, name: string): Uint8Array {
  return decodeBase64(asString(object.get(name), name));
}

/** The one signature of an entry: more would make it unclear which is meant (§5.5). */
export function onlySignature(object: JsonObject): JsonObject {
  const [signature, ...others] = asArray(object.get("signatures"), "signatures");
  if (signature === undefined || others.length > 0) {
    throw new VerificationFailure(
      "LogSignatureCount",
      `Cannot use a log entry about ${signature === undefined ? 0 : others.length + 1} signatures, want exactly 1`,
    );
  }
  return asObject(signature, "signatures[0]");
}

const HASHES: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["sha256", "sha256"],
  ["sha384", "sha384"],
  ["sha512", "sha512"],
]);

/** `{algorithm, value: hex}` as Rekor v1 writes it. Throws EncodingError; fails with LogDigestAlgorithmUnsupported. */
export function hexHashAt(object: JsonObject, name: string): LoggedHash {
  const hash = objectAt(object, name);
  const algorithm = hashNamed(asString(hash.get("algorithm"), `${name}.algorithm`), HASHES);
  return { algorithm, digest: decodeHex(asString(hash.get("value"), `${name}.value`), HASH_BYTES[algorithm]) };
}

/** A hash by its name in the body. Fails with LogDigestAlgorithmUnsupported. */
export function hashNamed(name: string, names: ReadonlyMap<string, HashAlgorithm>): HashAlgorithm {
  const algorithm = names.get(name);
  if (algorithm !== undefined) return algorithm;
  throw new VerificationFailure(
    "LogDigestAlgorithmUnsupported",
    `Cannot compare a digest of algorithm ${quoted(name)}, want one of ${[...names.keys()].join(", ")}`,
  );
}
