/** UTF-8 without leniency: no replacement characters, no byte-order mark swallowed. */
import { Buffer, isAscii as isAsciiBytes } from "node:buffer";
import { EncodingError } from "../failure/encoding-error.ts";

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws EncodingError for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new EncodingError("not valid UTF-8");
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return plainView(Buffer.from(text, "utf8"));
}

/** True if every byte is below 0x80. */
export function isAscii(bytes: Uint8Array): boolean {
  return isAsciiBytes(bytes);
}

/** One character for each byte, which is exact for ASCII. */
export function decodeLatin1(bytes: Uint8Array): string {
  return bufferOver(bytes).toString("latin1");
}

/** The inverse of decodeLatin1(). */
export function encodeLatin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/**
 * The same text in memory of its own. A slice of a long text keeps all of that alive, and so does what is put together with
 * it: what is remembered of a document must not be a slice of it.
 */
export function ownText(text: string): string {
  const copy = decodeLatin1(encodeLatin1(text));
  return copy === text ? copy : Buffer.from(text, "utf16le").toString("utf16le");
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  // of node's pool: memory of its own takes ten times as long to get as these few bytes to copy; every byte is written
  const whole = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return plainView(whole);
}

/** Views of a plain Uint8Array are made in half the time that those of a Buffer take. */
export function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Byte equality; the length is compared first. Not constant-time: nothing here is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A Buffer over the same memory, for the node APIs that take nothing else. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
