/**
 * Instants, and RFC 3339 as trust roots and policies write them (verification-spec §0.7): upper-case T and Z or an offset,
 * a day and a second that exist, at most nine digits of fraction, of which milliseconds are kept. No leap second.
 */
import { EncodingError } from "../failure/encoding-error.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. Nothing in the core reads a clock: an instant is always an argument. */
export type Instant = number;

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const MINUTE_MS = 60_000;

/** Throws EncodingError. */
export function parseRfc3339(text: string): Instant {
  const [, seconds = "", fraction = "", sign, hours, minutes] = RFC3339.exec(text) ?? [];
  const local = `${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
  const instant = Date.parse(local);
  // Date.parse() takes 30 February for 2 March
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== local) {
    throw new EncodingError("not a time of RFC 3339");
  }
  if (sign === undefined) return instant;
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return sign === "+" ? instant - offset : instant + offset;
}
