/** The clocks of a program that runs; tests bring their own. */

export interface Clocks {
  /** Monotonic milliseconds, for lifetimes in the cache. */
  readonly monotonicNow: () => number;
  /** Milliseconds since 1970: the instant of a decision. */
  readonly now: () => number;
  /** Milliseconds of CPU that the process has used. */
  readonly cpuNow: () => number;
}

/**
 * Milliseconds of CPU that threads beside the main one have used: no less than what any of them has. Where the engine cannot
 * tell them apart (before Node 23.9), those of the main one as well.
 */
export function cpuOfThreads(meters: CpuMeters = process): number {
  const all = meters.cpuUsage();
  const main = meters.threadCpuUsage?.() ?? { user: 0, system: 0 };
  return (all.user + all.system - main.user - main.system) / 1000;
}

export interface CpuMeters {
  readonly cpuUsage: () => NodeJS.CpuUsage;
  readonly threadCpuUsage?: () => NodeJS.CpuUsage;
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
