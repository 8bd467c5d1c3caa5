/**
 * Instants and closed intervals (spec §0.7). An Instant is milliseconds since 1970-01-01T00:00:00Z, so that
 * 2022-12-31T23:59:59.999Z keeps its last digit. Nothing here reads a clock.
 */
import { EncodingError } from "../failure/encoding-error.ts";

export type Instant = number;

/** Closed at both ends; an absent end is unbounded. */
export interface Period {
  readonly start?: Instant;
  readonly end?: Instant;
}

export function isWithin(at: Instant, period: Period): boolean {
  return (period.start === undefined || at >= period.start) && (period.end === undefined || at <= period.end);
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with 0 to 9 fraction digits and an offset, to milliseconds. Throws EncodingError. */
export function parseRfc3339(text: string): Instant {
  const match = RFC3339.exec(text);
  if (match === null) throw new EncodingError("not an RFC 3339 time");
  const [, year, month, day, hour, minute, second, fraction = "", offset = "Z"] = match;
  const at = utcInstant([year, month, day, hour, minute, second].map(Number));
  return at + Number(fraction.padEnd(3, "0").slice(0, 3)) - offsetMinutes(offset) * 60_000;
}

/** [year, month 1-12, day, hour, minute, second] in UTC; refuses 31 February and leap seconds. Throws EncodingError. */
export function utcInstant(fields: readonly number[]): Instant {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    throw new EncodingError("no such date or time of day");
  }
  return at;
}

/** For messages: 2026-04-09T07:23:29Z, with milliseconds only if there are any. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

function offsetMinutes(offset: string): number {
  if (offset === "Z" || offset === "z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) throw new EncodingError("no such time offset");
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
