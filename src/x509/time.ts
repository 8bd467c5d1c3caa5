/**
 * UTCTime and GeneralizedTime of certificates (RFC 5280 §4.1.2.5): with seconds, in Z, without fractions. A two-digit year
 * from 50 on is of the twentieth century.
 */
import type { DerNode } from "../encoding/der.ts";
import type { Instant } from "../encoding/instant.ts";
import { decodeLatin1 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const MAX_BYTES = 32;
const DIGITS = /^\d{14}Z$/;

/** Throws EncodingError that names `what`. */
export function readTime(node: DerNode | undefined, what: string): Instant {
  const text = node === undefined ? "" : decodeLatin1(node.content.subarray(0, MAX_BYTES));
  if (node?.tag === UTC_TIME && text.length === 13) return instantOf(`${text < "50" ? "20" : "19"}${text}`, what);
  if (node?.tag === GENERALIZED_TIME) return instantOf(text, what);
  throw new EncodingError(`${what} is neither UTCTime nor GeneralizedTime with seconds`);
}

/** `YYYYMMDDHHMMSSZ`, a day that exists. Throws EncodingError that names `what`. */
export function instantOf(text: string, what: string): Instant {
  if (DIGITS.test(text)) {
    const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 4, 6) - 1, numberAt(text, 6, 8)];
    const [hour, minute, second] = [numberAt(text, 8, 10), numberAt(text, 10, 12), numberAt(text, 12, 14)];
    const date = new Date(Date.UTC(year, month, day, hour, minute, second));
    // Date.UTC() carries what is beyond its range, and takes a year below 100 for one of the twentieth century
    const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month && date.getUTCDate() === day;
    if (isDay && hour < 24 && minute < 60 && second < 60) return date.getTime();
  }
  throw new EncodingError(`${what} is no time in the form YYYYMMDDHHMMSSZ`);
}

function numberAt(text: string, start: number, end: number): number {
  return Number(text.slice(start, end));
}
