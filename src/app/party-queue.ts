/**
 * What waits, by party (architecture.md §1): one of each by turns, those of one party in their order. So a party with hundreds
 * of them delays another by one.
 */
export class PartyQueue<T> {
  /** The party whose turn it is first. */
  readonly #waiting = new Map<string, Set<T>>();

  add(party: string, one: T): void {
    const own = this.#waiting.get(party) ?? new Set();
    this.#waiting.set(party, own.add(one));
  }

  /** It waits no longer. */
  remove(party: string, one: T): void {
    const own = this.#waiting.get(party);
    own?.delete(one);
    if (own?.size === 0) this.#waiting.delete(party);
  }

  /** The next one, whose party then stands behind all others. */
  take(): T | undefined {
    for (const [party, own] of this.#waiting) {
      this.#waiting.delete(party);
      for (const one of own) {
        own.delete(one);
        if (own.size > 0) this.#waiting.set(party, own);
        return one;
      }
    }
    return undefined;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }
}
