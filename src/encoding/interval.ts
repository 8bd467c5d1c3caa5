/**
 * Closed intervals of time (verification-spec §0.7): both ends belong to it, an absent end is open. Trust roots, keys and
 * certificates use it for their windows.
 */
import type { Instant } from "./instant.ts";

export interface Interval {
  readonly start?: Instant;
  readonly end?: Instant;
}

/** True if `instant` lies in the interval, ends included. */
export function contains({ start, end }: Interval, instant: Instant): boolean {
  return (start === undefined || instant >= start) && (end === undefined || instant <= end);
}
