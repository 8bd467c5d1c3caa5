/**
 * The API server says how long it waits: `?timeout=10s` (kubernetes.md §1). Our own deadline is that minus a reserve for
 * the way back, so that a verdict still arrives where a time-out would say nothing.
 */
/** What the operator allows. */
export interface DeadlineLimits {
  readonly maxMs: number;
  readonly reserveMs: number;
}

/** What a webhook configuration has when it says nothing. */
const DEFAULT_MS = 10_000;
const MIN_MS = 100;

/** Milliseconds for one request; a missing or unreadable value counts as the API server's default. */
export function budgetMs(timeout: unknown, { maxMs, reserveMs }: DeadlineLimits): number {
  const match = typeof timeout === "string" ? /^([0-9]{1,6})(ms|s)$/.exec(timeout) : null;
  const asked = match === null ? DEFAULT_MS : Number(match[1]) * (match[2] === "s" ? 1000 : 1);
  return Math.max(Math.min(asked, maxMs) - reserveMs, MIN_MS);
}
