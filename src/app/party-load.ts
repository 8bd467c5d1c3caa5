/**
 * What one namespace may have under way (config.md `limits.perNamespace`): so many look-ups at a time, the rest wait in their
 * order, and nobody else waits for them. A look-up holds its place until it is done, whether its caller still waits or not:
 * a registry that holds every request holds its own namespace's look-ups alone.
 */
import { quoted } from "../failure/failure.ts";
import { UnavailableError } from "../ports/unavailable.ts";

interface Load {
  running: number;
  readonly waiting: Set<() => void>;
}

export class PartyLoad {
  readonly #limit: () => number;
  readonly #loads = new Map<string, Load>();

  /** `limit` may change at any time. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Runs `work` in its turn. Undetermined (Overloaded) where `signal` fires before that. */
  async run<T>(party: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const load = this.#loads.get(party) ?? { running: 0, waiting: new Set() };
    this.#loads.set(party, load);
    if (load.running >= this.#limit()) await this.#turn(load, party, signal);
    else load.running += 1;
    try {
      return await work();
    } finally {
      load.running -= 1;
      this.#letIn(load);
      if (load.running === 0) this.#loads.delete(party);
    }
  }

  async #turn(load: Load, party: string, signal: AbortSignal): Promise<void> {
    const overloaded = (): UnavailableError => {
      const reason = `the time was spent waiting: ${load.running} look-ups of ${quoted(party)} are under way, and more are not begun`;
      return new UnavailableError("Overloaded", reason);
    };
    if (signal.aborted) throw overloaded();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        load.waiting.delete(enter);
        reject(overloaded());
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        load.running += 1;
        resolve();
      };
      load.waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #letIn({ waiting, ...load }: Load): void {
    let room = this.#limit() - load.running;
    for (const enter of waiting) {
      if (room <= 0) return;
      room -= 1;
      waiting.delete(enter);
      enter();
    }
  }
}
