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

type Transferable = ArrayBuffer & { readonly transfer?: (length: number) => ArrayBuffer };

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

  /** False for what is too much: nothing of it is kept then. */
  add(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) {
      this.drop();
      return false;
    }
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(chunk, this.#length);
    this.#digest.add(chunk);
    this.#length = length;
    return true;
  }

  /** All of it; once. */
  received(): ReceivedBody {
    this.#resize(this.#length);
    return { body: this.#bytes, digest: this.#digest.digest() };
  }

  /** Its memory is free at once: megabytes that wait to be collected would be many, of a registry that sends nothing else. */
  drop(): void {
    this.#length = 0;
    this.#resize(0);
  }

  #grow(needed: number): void {
    const believed = Math.min(this.#announced, this.#length < FIRST_BYTES ? FIRST_BYTES : this.#maxBytes);
    this.#resize(believed >= needed ? believed : Math.max(needed, this.#doubled()));
  }

  #resize(length: number): void {
    if (length === this.#bytes.length) return;
    const { buffer }: { readonly buffer: Transferable } = this.#bytes;
    // Node 20 has no transfer, and collects what is left
    const moved = buffer.transfer?.(length);
    const resized = moved === undefined ? new Uint8Array(length) : new Uint8Array(moved);
    if (moved === undefined) resized.set(this.#bytes.subarray(0, Math.min(this.#length, length)));
    this.#bytes = resized;
  }

  #doubled(): number {
    return Math.min(2 * this.#bytes.length, this.#maxBytes);
  }
}
