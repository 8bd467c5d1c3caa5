/** The wall clock, as an argument: the core never reads one. */
import type { Instant } from "../encoding/instant.ts";

export interface Clock {
  now(): Instant;
}
