/** UTF-8 without leniency, and the byte helpers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { bufferOver, concatBytes, decodeUtf8, encodeUtf8, equalBytes } from "../../src/encoding/text.ts";
import { isAccepted, refuses } from "../support/failures.ts";

describe("decodeUtf8()", () => {
  it("is the inverse of encodeUtf8()", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(decodeUtf8(encodeUtf8(text)), text)),
      { seed: 1 },
    );
  });

  it("refuses a text cut inside a character, and a stray byte anywhere", () => {
    const bytes = encodeUtf8("aé☃😀");
    const boundaries = [0, 1, 3, 6];
    for (let at = 0; at < bytes.length; at += 1) {
      assert.equal(
        isAccepted(() => decodeUtf8(bytes.subarray(0, at))),
        boundaries.includes(at),
        `${at}`,
      );
      for (const stray of [0x80, 0xc3, 0xff]) {
        refuses(/UTF-8/, () => decodeUtf8(Uint8Array.of(...bytes.subarray(0, at), stray, ...bytes.subarray(at))));
      }
    }
  });

  it("keeps a byte-order mark: it is data", () => {
    assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
  });

  const refused: Readonly<Record<string, number[]>> = {
    "a lone continuation byte": [0x80],
    "an overlong slash": [0xc0, 0xaf],
    "an encoded surrogate": [0xed, 0xa0, 0x80],
    "a cut sequence": [0xe2, 0x98],
    "a point beyond U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
  };
  for (const [name, bytes] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(/UTF-8/, () => decodeUtf8(Uint8Array.from(bytes))));
  }
});

describe("bytes", () => {
  it("are equal only with the same length and the same values", () => {
    assert.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
    assert.ok(equalBytes(new Uint8Array(0), new Uint8Array(0)));
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)));
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  });

  it("are joined in order", () => {
    assert.deepEqual([...concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))], [1, 2, 3]);
  });

  it("are seen through a Buffer over the same memory, a part as a part", () => {
    const whole = Uint8Array.of(1, 2, 3);
    const view = bufferOver(whole.subarray(1));
    whole[1] = 9;
    assert.deepEqual([...view], [9, 3]);
  });
});
