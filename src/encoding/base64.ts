/**
 * Strict base64, RFC 4648 §4: padded, canonical (no stray pad bits), no white space. `Buffer.from(s, "base64")` is not
 * a validator: it skips what it does not know, so every decode here is checked by encoding again (spec §0.3).
 */
import { Buffer } from "node:buffer";
import { EncodingError } from "../failure/encoding-error.ts";

/** For the reason alone. No group is repeated: one over megabytes of hostile text would overflow the stack. */
const CHARACTERS = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard alphabet with padding. Throws EncodingError. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text) return bytes;
  const isStandard = text.length % 4 === 0 && CHARACTERS.test(text);
  throw new EncodingError(isStandard ? "base64 is not canonical" : "not standard base64 with padding");
}

/** For bundle and DSSE fields: the URL-safe alphabet is taken as well, padding and canonical form still asked for (§0.3). */
export function decodeBase64Either(text: string): Uint8Array {
  const isUrlSafe = text.includes("-") || text.includes("_");
  if (!isUrlSafe) return decodeBase64(text);
  if (text.includes("+") || text.includes("/")) throw new EncodingError("base64 mixes two alphabets");
  return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/** Standard alphabet with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
