/**
 * A cursor over TLS presentation-language data (RFC 8446 §3): big-endian numbers and vectors with a length before them.
 * Reading beyond the end and leaving bytes behind are errors.
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { bufferOver } from "./text.ts";

export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** The next `count` bytes, a view of the input. Throws EncodingError that names `what`. */
  take(count: number, what: string): Uint8Array {
    const end = this.#offset + count;
    if (end > this.#bytes.length) throw new EncodingError(`${what} is cut`);
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  uint8(what: string): number {
    return this.#number(1, what);
  }

  uint16(what: string): number {
    return this.#number(2, what);
  }

  uint64(what: string): bigint {
    return bufferOver(this.take(8, what)).readBigUInt64BE();
  }

  /** A vector with a two-byte length. */
  vector16(what: string): Uint8Array {
    return this.take(this.uint16(`${what} length`), what);
  }

  /** Throws EncodingError if anything is left. */
  end(what: string): void {
    if (!this.isAtEnd) throw new EncodingError(`${what} is followed by ${this.#bytes.length - this.#offset} bytes`);
  }

  #number(count: number, what: string): number {
    return bufferOver(this.take(count, what)).readUIntBE(0, count);
  }
}
