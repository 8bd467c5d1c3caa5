/**
 * A body as it arrives (registry.md §6): hashed and put in its place chunk by chunk, so that megabytes stop nobody at their
 * end. Its memory is its own and as large as it is: what of it is remembered holds nothing else alive.
 */
import { digestOf, RunningDigest, type Digest } from "../crypto/digest.ts";

export interface ReceivedBody {
  readonly body: Uint8Array;
  readonly digest: Digest;
}

export const EMPTY_BODY: ReceivedBody = { body: new Uint8Array(), digest: digestOf(new Uint8Array()) };

const FIRST_BYTES = 65_536;

export class Body {
  readonly #announced: number;
  readonly #maxBytes: number;
  readonly #digest = new RunningDigest();
  #bytes = new Uint8Array();
  #length = 0;

  /** `announced` is the other side's word: it saves copies, and costs memory only once that much has begun to come. */
  constructor(announced: number, maxBytes: number) {
    this.#announced = announced;
    this.#maxBytes = maxBytes;
  }

  /** False for what is too much. */
  add(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) return false;
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(chunk, this.#length);
    this.#digest.add(chunk);
    this.#length = length;
    return true;
  }

  /** All of it; once. */
  received(): ReceivedBody {
    const whole = this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length);
    return { body: whole, digest: this.#digest.digest() };
  }

  #grow(needed: number): void {
    const believed = Math.min(this.#announced, this.#length < FIRST_BYTES ? FIRST_BYTES : this.#maxBytes);
    const grown = new Uint8Array(believed >= needed ? believed : Math.max(needed, this.#doubled()));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  #doubled(): number {
    return Math.min(2 * this.#bytes.length, this.#maxBytes);
  }
}
