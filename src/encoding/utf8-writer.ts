/** Text put together from characters and runs of bytes, in memory that is got once. */
import { decodeLatin1, decodeUtf8 } from "./text.ts";

export class Utf8Writer {
  readonly #bytes: Uint8Array;
  #length = 0;
  /** The bits that any of the bytes has: up to 0x7f all of it is ASCII. */
  #seen = 0;

  /** `capacity` in bytes; whoever writes more loses it. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** A text that starts with these bytes of UTF-8, of which `seen` has all bits. */
  begin(bytes: Uint8Array, seen: number): void {
    this.#bytes.set(bytes);
    this.#length = bytes.length;
    this.#seen = seen;
  }

  /** The bytes from `start` to before `end`, of which `seen` has all bits. Runs are short: a call for each would cost more. */
  copy(bytes: Uint8Array, start: number, end: number, seen: number): void {
    const to = this.#bytes;
    let length = this.#length;
    for (let at = start; at < end; at += 1) to[length++] = bytes[at] ?? 0;
    this.#length = length;
    this.#seen |= seen;
  }

  /** By its code point, which is no surrogate. */
  character(point: number): void {
    if (point < 0x80) return this.#put(point);
    if (point < 0x800) {
      this.#put(0xc0 | (point >> 6));
    } else if (point < 0x1_0000) {
      this.#put(0xe0 | (point >> 12));
      this.#put(0x80 | ((point >> 6) & 0x3f));
    } else {
      this.#put(0xf0 | (point >> 18));
      this.#put(0x80 | ((point >> 12) & 0x3f));
      this.#put(0x80 | ((point >> 6) & 0x3f));
    }
    this.#put(0x80 | (point & 0x3f));
  }

  /** All that was written since begin(). */
  text(): string {
    const bytes = this.#bytes.subarray(0, this.#length);
    return this.#seen < 0x80 ? decodeLatin1(bytes) : decodeUtf8(bytes);
  }

  #put(byte: number): void {
    this.#bytes[this.#length++] = byte;
    this.#seen |= byte;
  }
}
