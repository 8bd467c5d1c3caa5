/**
 * A key in a Secret (policy-api.md §2.4), from the API server or from a file. Exactly one PEM block with a public key, as in
 * a policy. Only the member that is named is looked at, and what is wrong with it is said without any of its text.
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { isJsonObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/text.ts";
import { parsePublicKeyPem } from "../crypto/public-key.ts";
import { attempt } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { findPrivateKey } from "./key-check.ts";
import type { KeyAnswer } from "./key-source.ts";

const MAX_BYTES = 16_384;
const WANT = 'want one PEM block "PUBLIC KEY" and nothing else';

export const NO_SECRET: KeyAnswer = none("the Secret does not exist");

/** `key` of a v1 Secret; of `stringData` first, which only a file has. */
export function readSecretKey(secret: JsonObject, key: string): KeyAnswer {
  const written = memberOf(secret.get("stringData"), key);
  const encoded = memberOf(secret.get("data"), key);
  if (written === undefined && encoded === undefined) return none("the Secret has no such member");
  try {
    return readStoredKey(written === undefined ? decodeBase64(encoded ?? "") : encodeUtf8(written));
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return none("the Secret's data is not base64");
  }
}

/** The bytes of a file or of an answer that is to be a public key. */
export function readStoredKey(bytes: Uint8Array): KeyAnswer {
  if (bytes.length === 0) return none(`it is empty, ${WANT}`);
  if (bytes.length > MAX_BYTES) return none(`it is larger than ${MAX_BYTES} bytes, ${WANT}`);
  const text = textOf(bytes);
  if (text === undefined) return none(`it is not text, ${WANT}`);
  if (findPrivateKey(text)) return none(`it holds a private key, ${WANT}`);
  const blocks = text.split("-----BEGIN ").length - 1;
  if (blocks > 1) return none(`it holds ${blocks} PEM blocks, ${WANT}`);
  const key = attempt(() => parsePublicKeyPem(text));
  if (key.ok) return { kind: "key", key: key.value };
  // Why a key is malformed could repeat what stands there; which type is not supported is not.
  return none(key.failure.code === "KeyUnsupported" ? key.failure.message : `it is no public key, ${WANT}`);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

function memberOf(data: unknown, key: string): string | undefined {
  const value = isJsonObject(data) ? data.get(key) : undefined;
  return typeof value === "string" ? value : undefined;
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
