/** UTF-8 without leniency, and the byte helpers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bufferOver,
  concatBytes,
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  equalBytes,
  isAscii,
  ownText,
  plainView,
} from "../../src/encoding/text.ts";
import { isAccepted, refuses } from "../support/failures.ts";
import { keptMiB } from "../support/memory.ts";

/** Forty mebibytes of documents, and of each what `take` gives. */
function keptOf(take: (document: string) => unknown): number {
  return keptMiB(() => Array.from({ length: 80 }, (_, i) => take(`${i}${"x".repeat(524_288)}`.normalize())));
}

describe("ownText()", () => {
  it("is the same text, of whatever characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(ownText(text), text)),
      { seed: 1 },
    );
    assert.equal(ownText("a\ud800é"), "a\ud800é");
  });

  it("keeps nothing alive that the text is a slice of", () => {
    const slice = (document: string): string => document.slice(0, 50);
    assert.ok(keptOf(slice) > 20, "slices do: there is nothing to test");
    assert.ok(keptOf((document) => ownText(slice(document))) < 8);
    assert.ok(keptOf((document) => ownText(`é${slice(document)}☃`)) < 8);
  });
});

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

  it("are joined into bytes of their own, however many", () => {
    const part = new Uint8Array(5000).fill(7);
    const joined = [concatBytes(part, part), concatBytes(part, part)];
    part.fill(8);
    for (const bytes of joined) assert.deepEqual(bytes, new Uint8Array(10_000).fill(7));
    assert.deepEqual(concatBytes(), new Uint8Array(0));
  });

  it("are a character each in Latin-1, and back", () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = decodeLatin1(all);
    assert.deepEqual(
      Array.from(text, (character) => character.charCodeAt(0)),
      [...all],
    );
    assert.deepEqual([...encodeLatin1(text)], [...all]);
    assert.equal(decodeLatin1(all.subarray(0x61, 0x64)), "abc");
  });

  it("are ASCII below 0x80", () => {
    assert.ok(isAscii(new Uint8Array(0)));
    assert.ok(isAscii(Uint8Array.of(0, 0x7f)));
    assert.ok(!isAscii(Uint8Array.of(0x61, 0x80)));
  });

  it("have a plain view of a part of a Buffer", () => {
    const view = plainView(Buffer.from([1, 2, 3]).subarray(1));
    assert.deepEqual(view, Uint8Array.of(2, 3));
  });

  it("are seen through a Buffer over the same memory, a part as a part", () => {
    const whole = Uint8Array.of(1, 2, 3);
    const view = bufferOver(whole.subarray(1));
    whole[1] = 9;
    assert.deepEqual([...view], [9, 3]);
  });
});
