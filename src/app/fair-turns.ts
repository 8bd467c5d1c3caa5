/**
 * Who goes on next, where many reviews want to at once (architecture.md §1): a party that has hundreds of them under way, and
 * whose registries all fail in one moment, delays another by one of them and not by all. Until so much time of a turn of the
 * event loop is used, nobody waits.
 */
import { PartyQueue } from "./party-queue.ts";

/** Milliseconds of one turn of the event loop after which others wait for the next. */
const TURN_MS = 2;

export class FairTurns {
  readonly #now: () => number;
  readonly #waiting = new PartyQueue<() => void>();
  /** When the first of this turn of the event loop went on. */
  #since: number | undefined;
  /** How many turns there were. */
  #turn = 0;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Resolves with its number when it is the turn of `party`: at once if it was given this very one before, `since`. */
  async take(party: string, since?: number): Promise<number> {
    if (since !== undefined && since === this.#turn) return since;
    if (this.#since === undefined) this.#begin();
    else if (!this.#waiting.isEmpty || this.#now() - this.#since >= TURN_MS) await this.#wait(party);
    return this.#turn;
  }

  async #wait(party: string): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.add(party, resolve));
  }

  #begin(): void {
    this.#since = this.#now();
    setImmediate(() => this.#next());
  }

  /** In a turn of the event loop of its own: one who waits, or nobody. */
  #next(): void {
    this.#since = undefined;
    this.#turn += 1;
    const next = this.#waiting.take();
    if (next === undefined) return;
    this.#begin();
    next();
  }
}
