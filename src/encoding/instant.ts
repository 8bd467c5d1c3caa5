/** Milliseconds since 1970-01-01T00:00:00Z. Nothing in the core reads a clock: an instant is always an argument. */
export type Instant = number;
