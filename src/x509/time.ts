/**
 * UTCTime and GeneralizedTime of certificates (RFC 5280 §4.1.2.5): with seconds, in Z, without fractions. A two-digit year
 * from 50 on is of the twentieth century.
 */
import type { DerNode } from "../encoding/der.ts";
import type { Instant } from "../encoding/instant.ts";
import { EncodingError } from "../failure/encoding-error.ts";

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const DIGITS = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Throws EncodingError that names `what`. */
export function readTime(node: DerNode | undefined, what: string): Instant {
  const text = node === undefined ? "" : String.fromCharCode(...node.content.subarray(0, 32));
  if (node?.tag === UTC_TIME && text.length === 13) return instantOf(`${text < "50" ? "20" : "19"}${text}`, what);
  if (node?.tag === GENERALIZED_TIME) return instantOf(text, what);
  throw new EncodingError(`${what} is neither UTCTime nor GeneralizedTime with seconds`);
}

/** `YYYYMMDDHHMMSSZ`, a day that exists. Throws EncodingError that names `what`. */
export function instantOf(text: string, what: string): Instant {
  const [, year, month, day, hour, minute, second] = DIGITS.exec(text) ?? [];
  const instant = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const wanted = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const isReal = !Number.isNaN(instant) && new Date(instant).toISOString() === wanted;
  if (!isReal) throw new EncodingError(`${what} is no time in the form YYYYMMDDHHMMSSZ`);
  return instant;
}
