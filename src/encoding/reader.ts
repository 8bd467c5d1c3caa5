/**
 * A bounds-checked big-endian cursor for TLS presentation vectors (RFC 8446 §3), used for SCT lists and SCTs.
 * Every read either consumes what it names or throws EncodingError.
 */
import { EncodingError } from "../failure/encoding-error.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Uint8Array {
    if (length > this.remaining) {
      throw new EncodingError(`${what} needs ${length} bytes, ${this.remaining} are left`);
    }
    const part = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return part;
  }

  uint8(what: string): number {
    return this.#unsigned(1, what);
  }

  uint16(what: string): number {
    return this.#unsigned(2, what);
  }

  uint64(what: string): bigint {
    let value = 0n;
    for (const byte of this.take(8, what)) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** A vector with a 16-bit length before it. */
  vector16(what: string): Uint8Array {
    return this.take(this.uint16(`${what} length`), what);
  }

  /** Refuses trailing bytes. */
  end(what: string): void {
    if (this.remaining !== 0) throw new EncodingError(`${what} is followed by ${this.remaining} more bytes`);
  }

  #unsigned(length: number, what: string): number {
    let value = 0;
    for (const byte of this.take(length, what)) value = value * 256 + byte;
    return value;
  }
}
