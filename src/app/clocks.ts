/** The clocks of a program that runs; tests bring their own. */

export interface Clocks {
  /** Monotonic milliseconds, for lifetimes in the cache. */
  readonly monotonicNow: () => number;
  /** Milliseconds since 1970: the instant of a decision. */
  readonly now: () => number;
  /** Milliseconds of CPU that the process has used. */
  readonly cpuNow: () => number;
}

export const CLOCKS: Clocks = {
  monotonicNow: () => performance.now(),
  now: () => Date.now(),
  cpuNow: () => {
    // Of the whole process: what else runs beside it only makes it more.
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
