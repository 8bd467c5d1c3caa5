/**
 * Writes DER values for the builders of tests: certificates, SCTs, time-stamp tokens (X.690; spec §0.6). Each function
 * gives one whole value, identifier and length included. What is written may mean nonsense, its framing is always DER;
 * a test that wants bad framing breaks the bytes afterwards.
 */
import { encodeDer } from "../../src/encoding/der.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";

type Bytes = Uint8Array;

/** Any value: `tag` is the whole identifier octet. */
export const der = encodeDer;

/** SEQUENCE (OF) of whole values. */
export function sequence(...values: readonly Bytes[]): Bytes {
  return encodeDer(0x30, ...values);
}

/** SET of whole values in the given order. */
export function set(...values: readonly Bytes[]): Bytes {
  return encodeDer(0x31, ...values);
}

/** SET OF whole values, sorted as DER wants it (X.690 §11.6). */
export function setOf(...values: readonly Bytes[]): Bytes {
  return set(...values.toSorted((a, b) => Buffer.compare(a, b)));
}

/** INTEGER: a number or bigint of any sign; bytes are an unsigned big-endian magnitude, made minimal. */
export function integer(value: number | bigint | Bytes): Bytes {
  const number = typeof value === "object" ? BigInt(`0x0${Buffer.from(value).toString("hex")}`) : BigInt(value);
  const bytes: number[] = [];
  let rest = number;
  do {
    bytes.unshift(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (rest !== (number < 0n ? -1n : 0n) || number < 0n !== (bytes[0] ?? 0) >= 0x80);
  return encodeDer(0x02, Uint8Array.from(bytes));
}

export function boolean(value: boolean): Bytes {
  return encodeDer(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

export function nul(): Bytes {
  return encodeDer(0x05);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Bytes {
  const [top = 0n, second = 0n, ...others] = dotted.split(".").map(BigInt);
  return encodeDer(0x06, ...[top * 40n + second, ...others].map(base128));
}

export function octetString(content: Bytes): Bytes {
  return encodeDer(0x04, content);
}

/** BIT STRING; `unused` bits of the last byte do not count. */
export function bitString(content: Bytes, unused = 0): Bytes {
  return encodeDer(0x03, Uint8Array.of(unused), content);
}

export function utf8String(text: string): Bytes {
  return encodeDer(0x0c, encodeUtf8(text));
}

export function printableString(text: string): Bytes {
  return encodeDer(0x13, encodeUtf8(text));
}

/** IA5String. */
export function ia5(text: string): Bytes {
  return encodeDer(0x16, encodeUtf8(text));
}

/** [number], constructed: EXPLICIT over one value, or IMPLICIT over the values of a SEQUENCE or SET. */
export function context(number: number, ...values: readonly Bytes[]): Bytes {
  return encodeDer(0xa0 | number, ...values);
}

/** [number] IMPLICIT over a primitive type: `content` without a header. */
export function contextPrimitive(number: number, content: Bytes): Bytes {
  return encodeDer(0x80 | number, content);
}

/** GeneralizedTime of epoch milliseconds; a fraction is written only when there is one. */
export function generalizedTime(ms: number): Bytes {
  const fraction = ms % 1000 === 0 ? "" : `.${String(ms % 1000).padStart(3, "0")}`.replace(/0+$/u, "");
  return encodeDer(0x18, encodeUtf8(`${digitsOf(ms)}${fraction}Z`));
}

/** UTCTime of epoch milliseconds, years 1950-2049; fractions are dropped. */
export function utcTime(ms: number): Bytes {
  return encodeDer(0x17, encodeUtf8(`${digitsOf(ms).slice(2)}Z`));
}

/** As X.509 wants it (RFC 5280 §4.1.2.5): UTCTime until 2049, then GeneralizedTime. */
export function x509Time(ms: number): Bytes {
  return ms < Date.UTC(2050) ? utcTime(ms) : generalizedTime(ms);
}

/** BIT STRING of named bits, for example a key usage: trailing zero bits are cut (X.690 §11.2.2). */
export function namedBits(...bits: readonly number[]): Bytes {
  const highest = Math.max(-1, ...bits);
  const bytes = new Uint8Array(Math.ceil((highest + 1) / 8));
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, (8 - ((highest + 1) % 8)) % 8);
}

function digitsOf(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/\.\d+|\D/gu, "");
}

function base128(arc: bigint): Bytes {
  const bytes = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80);
  return concatBytes(Uint8Array.from(bytes));
}
