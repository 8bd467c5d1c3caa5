/**
 * The last part of a drain. A connection that this side closes while it is idle may be the one that the API server writes its
 * next review to, and it never sends a review twice (kubernetes.md §7). So none is closed: each ends with the answer to its
 * next review, or when the API server gives it up after having been idle for 90 s.
 */

export interface DrainOptions {
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** A server that counts its connections. */
export interface Connections {
  getConnections(tell: (error: Error | null, count: number) => void): unknown;
}

/** How long an API server keeps a connection that it does not use, and a little. */
const IDLE_MS = 95_000;
const CHECK_MS = 250;
/** So many in a row: one may be about to be accepted. */
const UNUSED_CHECKS = 4;

/** Resolves when no connection is left, or when those that are left are nobody's who would still use them. */
export async function untilUnused(server: Connections, options: DrainOptions): Promise<void> {
  const { delay, signal } = options;
  let unused = 0;
  for (let waited = 0; waited < IDLE_MS && !signal.aborted; waited += CHECK_MS) {
    unused = (await countConnections(server)) === 0 ? unused + 1 : 0;
    if (unused === UNUSED_CHECKS) return;
    await delay(CHECK_MS, signal);
  }
}

function countConnections(server: Connections): Promise<number> {
  return new Promise((resolve) => {
    // It fails for a server that does not listen any more: then there is nobody to wait for.
    server.getConnections((error, count) => resolve(error === null ? count : 0));
  });
}
