/**
 * One entry of a docker configuration, as pull secrets and auth files have it: `auth` (base64 of `username:password`)
 * before `username` and `password`, and an identity token. What is wrong is said by its place, never by what stands there.
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonValue } from "../encoding/json.ts";
import { decodeUtf8 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { Credential } from "../ports/credentials.ts";

/** undefined: the entry names a registry and nothing to show it. Throws EncodingError. */
export function readAuthEntry(value: unknown, path: string): Credential | undefined {
  const entry = asObject(value, path);
  const text = (member: string): string => asString(entry.get(member) ?? "", `${path}, ${member}`);
  const auth = text("auth");
  const identityToken = text("identitytoken");
  const { username, password } =
    auth === "" ? { username: text("username"), password: text("password") } : readAuth(auth, path);
  if (username === "" && password === "" && identityToken === "") return undefined;
  return { username, password, ...(identityToken === "" ? {} : { identityToken }) };
}

/** Without the parser's own words, which may repeat a name out of the document. Throws EncodingError. */
export function readAuthJson(bytes: Uint8Array, what: string): JsonValue {
  try {
    return parseJson(bytes, { roundIntegers: true });
  } catch (error) {
    if (error instanceof EncodingError) throw new EncodingError(`${what} is not valid JSON`);
    throw error;
  }
}

/** base64 of `username:password`, with padding or without, as both are in use. */
function readAuth(auth: string, path: string): { username: string; password: string } {
  const text = decodeAuth(auth.replaceAll(/[\r\n]/g, ""), path);
  const colon = text.indexOf(":");
  if (colon < 0) throw new EncodingError(`${path}, auth holds no "username:password"`);
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeAuth(auth: string, path: string): string {
  const padded = auth.endsWith("=") ? auth : auth.padEnd(Math.ceil(auth.length / 4) * 4, "=");
  try {
    return decodeUtf8(decodeBase64(padded));
  } catch (error) {
    if (error instanceof EncodingError) throw new EncodingError(`${path}, auth is not base64 of UTF-8 text`);
    throw error;
  }
}
