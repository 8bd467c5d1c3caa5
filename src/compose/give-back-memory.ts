/**
 * Memory after much work. V8 collects garbage while it allocates, so a process that has nothing more to do keeps what it last
 * had: tens of megabytes after registries have sent as much. Where Node was started with --expose-gc, which the chart does,
 * that is collected once there is little to do.
 */

/** How often is looked whether there is something to collect. */
const EVERY_MS = 10_000;
/** The part of the time that the event loop may have been at work meanwhile: a collection takes some 30 ms of it. */
const IDLE = 0.05;
/** Bytes that came since the last collection; less is worth no pause. */
const WORTH_BYTES = 8 * 1024 * 1024;

export interface MemoryKeeper {
  /** Undefined where Node gives none. */
  readonly collect: (() => void) | undefined;
  /** Bytes in use, garbage among them. */
  readonly used: () => number;
  /** The part of the time that the event loop was at work since the last question. */
  readonly busy: () => number;
  readonly everyMs?: number;
}

/** Looks until it is stopped, and does not keep the process alive. */
export function giveBackMemory(
  { collect, used, busy, everyMs = EVERY_MS }: MemoryKeeper = processMemory(),
): () => void {
  if (collect === undefined) return () => undefined;
  let left = used();
  const timer = setInterval(() => {
    const now = used();
    // V8 collected by itself
    left = Math.min(left, now);
    if (busy() > IDLE || now - left < WORTH_BYTES) return;
    collect();
    left = used();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

function processMemory(): MemoryKeeper {
  const { gc } = globalThis;
  let since = performance.eventLoopUtilization();
  return {
    collect: gc && ((): void => gc()),
    used: () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    busy: () => {
      const until = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(until, since);
      since = until;
      return utilization;
    },
  };
}
