// Time that passes only when a test says so.
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";

export class ManualClock {
  time: number;
  readonly #waits = new Map<() => void, number>();

  constructor(time: number) {
    this.time = time;
  }

  readonly now = (): number => this.time;
  readonly monotonicNow = (): number => this.time + 0.25;
  readonly random = (): number => 0;

  readonly delay = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#waits.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      this.#waits.set(end, this.time + milliseconds);
      signal.addEventListener("abort", end, { once: true });
    });
  };

  /** Lets time pass, in steps; what waited goes on at its moment. */
  async advance(milliseconds: number, step = 500): Promise<void> {
    const end = this.time + milliseconds;
    while (this.time < end) {
      this.time = Math.min(end, this.time + step);
      for (const [go, at] of this.#waits) if (at <= this.time) go();
      await settle();
    }
  }
}

/** Everything that could go on has gone on: promises and the event loop, not threads. */
export async function settle(turns = 10): Promise<void> {
  for (let i = 0; i < turns; i += 1) await turn();
}

/** What a thread does (a key is made) takes real time, on a loaded machine seconds; the ceiling is generous. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 20_000; i += 1) {
    if (isSo()) return;
    await sleep(1);
  }
  throw new Error(`${what}: it never came to that`);
}
