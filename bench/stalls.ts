/** For how long nobody else has a turn in this thread while something long is done in it. */
import { existsSync, readFileSync } from "node:fs";

/** Milliseconds between two turns of somebody, and for how long of them this thread was ready to run and did not. */
export interface Stall {
  readonly lasted: number;
  readonly waited: number;
}

/** Between two turns of somebody who always wants one; to be called once, the answer ends it. */
export function watchStalls(): () => readonly Stall[] {
  const stalls: Stall[] = [];
  let isWatching = true;
  let last = { now: performance.now(), waited: waitedMs() };
  const look = (): void => {
    const next = { now: performance.now(), waited: waitedMs() };
    stalls.push({ lasted: next.now - last.now, waited: next.waited - last.waited });
    last = next;
    if (isWatching) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isWatching = false;
    look();
    return stalls;
  };
}

/** For how long this thread has waited for a processor: the second number of schedstat, nanoseconds. 0 where it is not told. */
function waitedMs(): number {
  const file = "/proc/thread-self/schedstat";
  if (!existsSync(file)) return 0;
  return Number(readFileSync(file, "latin1").split(" ")[1]) / 1e6;
}
