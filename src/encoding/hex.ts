/** Lower-case hex of an exact byte length (spec §0.4): `Buffer.from("zz", "hex")` would be empty, and equal to nothing. */
import { Buffer } from "node:buffer";
import { EncodingError } from "../failure/encoding-error.ts";

const LOWER_HEX = /^[0-9a-f]*$/;

/** Decodes exactly `byteLength` bytes of lower-case hex. Throws EncodingError. */
export function decodeHex(text: string, byteLength: number): Uint8Array {
  if (text.length !== byteLength * 2) {
    throw new EncodingError(`hex has ${text.length} characters, want ${byteLength * 2}`);
  }
  if (!LOWER_HEX.test(text)) throw new EncodingError("not lower-case hex");
  return Buffer.from(text, "hex");
}

export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
