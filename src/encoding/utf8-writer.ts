/** Text put together from characters and runs of bytes, many at a time: pieces of a few bytes would cost a string each. */
import { decodeLatin1, decodeUtf8 } from "./text.ts";

/** Bytes that are made text at once. */
const AT_ONCE = 16_384;
/** Of the longest character. */
const CHARACTER_BYTES = 4;

export class Utf8Writer {
  readonly #bytes = new Uint8Array(AT_ONCE);
  #length = 0;
  /** The bits that any of these bytes has: up to 0x7f all of them are ASCII. */
  #seen = 0;
  #text = "";

  /** The bytes of UTF-8 from `start` to before `end`, whole characters, of which `seen` has all bits. */
  copy(bytes: Uint8Array, start: number, end: number, seen: number): void {
    if (end - start > AT_ONCE - this.#length) this.#flush();
    if (end - start > AT_ONCE) {
      this.#text += textOf(bytes.subarray(start, end), seen);
      return;
    }
    const to = this.#bytes;
    let length = this.#length;
    // Runs are short: a call for each would cost more
    for (let at = start; at < end; at += 1) to[length++] = bytes[at] ?? 0;
    this.#length = length;
    this.#seen |= seen;
  }

  /** By its code point, which is no surrogate. */
  character(point: number): void {
    if (this.#length > AT_ONCE - CHARACTER_BYTES) this.#flush();
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

  /** All that was written since the last one was taken. */
  take(): string {
    this.#flush();
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #put(byte: number): void {
    this.#bytes[this.#length++] = byte;
    this.#seen |= byte;
  }

  #flush(): void {
    this.#text += textOf(this.#bytes.subarray(0, this.#length), this.#seen);
    this.#length = 0;
    this.#seen = 0;
  }
}

function textOf(bytes: Uint8Array, seen: number): string {
  return seen < 0x80 ? decodeLatin1(bytes) : decodeUtf8(bytes);
}
