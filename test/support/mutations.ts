/** What every strict parser must bear: bytes that are cut, and bytes that have one too many. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { isAccepted } from "./failures.ts";

/** NUL, space, quotation mark, a letter: none, some and all of JSON's and base64's characters. */
const INSERTED = [0x00, 0x20, 0x22, 0x41];

/** No proper prefix of `bytes` is read; each gives a typed error. */
export function refusesEveryPrefix(bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): void {
  parse(bytes);
  for (let length = 0; length < bytes.length; length += 1) {
    assert.ok(!isAccepted(() => parse(bytes.subarray(0, length))), `accepted the first ${length} bytes`);
  }
}

/**
 * One byte inserted anywhere gives a typed error or what the bytes said before. `free`: texts of the document in which
 * anything may stand, since the format does not say what they hold.
 */
export function bearsEveryInsertion(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
  free: readonly string[] = [],
): void {
  const expected = parse(bytes);
  const isFree = placesOf(bytes, free);
  for (let at = 0; at <= bytes.length; at += 1) {
    for (const byte of INSERTED) {
      const longer = Uint8Array.of(...bytes.subarray(0, at), byte, ...bytes.subarray(at));
      if (!isAccepted(() => parse(longer)) || isFree(at)) continue;
      assert.deepEqual(parse(longer), expected, `byte 0x${byte.toString(16)} at ${at} was read`);
    }
  }
}

function placesOf(bytes: Uint8Array, texts: readonly string[]): (at: number) => boolean {
  const ranges = texts.map((text) => {
    const start = Buffer.from(bytes).indexOf(encodeUtf8(text));
    assert.ok(start >= 0, `"${text}" does not stand in the document`);
    return { start, end: start + encodeUtf8(text).length };
  });
  return (at) => ranges.some(({ start, end }) => at >= start && at <= end);
}
