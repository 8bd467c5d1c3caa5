/**
 * What is remembered of hosts and repositories: whoever writes pods chooses how many there are, and the hosts' owners what they
 * say, so it is bounded by its characters. What was not asked for the longest goes first.
 */

/** What an entry holds beside its text, in characters. */
const ENTRY = 256;

interface Kept<T> {
  readonly value: T;
  readonly characters: number;
}

export class Remembered<T> {
  readonly #most: number;
  readonly #lengthOf: (value: T) => number;
  /** The one that was asked for last is last. */
  readonly #kept = new Map<string, Kept<T>>();
  #characters = 0;

  /** `most` and `lengthOf` in characters, those of keys coming on top. */
  constructor(most: number, lengthOf: (value: T) => number) {
    this.#most = most;
    this.#lengthOf = lengthOf;
  }

  get(key: string): T | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.value;
  }

  /** `key` and the text of `value` are to be no slices of something longer. */
  set(key: string, value: T): void {
    this.delete(key);
    const characters = ENTRY + key.length + this.#lengthOf(value);
    this.#kept.set(key, { value, characters });
    this.#characters += characters;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#most) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#characters -= this.#kept.get(key)?.characters ?? 0;
    this.#kept.delete(key);
  }

  /** How many there are. */
  get size(): number {
    return this.#kept.size;
  }
}
