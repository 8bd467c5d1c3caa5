// Text of characters and runs of bytes: what comes out is what String makes of the same.
import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { Utf8Writer } from "../../src/encoding/utf8-writer.ts";

function seenIn(bytes: Uint8Array): number {
  return bytes.reduce((seen, byte) => seen | byte, 0);
}

describe("Utf8Writer", () => {
  it("writes every character by its code point, and runs of bytes as they are", () => {
    const writer = new Utf8Writer();
    const piece = fc.record({
      run: fc.string({ unit: "grapheme" }),
      character: fc.string({ unit: "binary", maxLength: 1 }),
    });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(piece), (start, pieces) => {
        const first = encodeUtf8(start);
        writer.copy(first, 0, first.length, seenIn(first));
        for (const { run, character } of pieces) {
          const point = character.codePointAt(0);
          if (point !== undefined) writer.character(point);
          const bytes = encodeUtf8(`<${run}>`);
          writer.copy(bytes, 1, bytes.length - 1, seenIn(bytes));
        }
        assert.equal(writer.take(), start + pieces.map(({ run, character }) => character + run).join(""));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("writes the first and the last character of each length in bytes", () => {
    const writer = new Utf8Writer();
    const points = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_ffff];
    for (const point of points) writer.character(point);
    assert.equal(writer.take(), String.fromCodePoint(...points));
  });

  it("writes texts of any length, of short runs and of long ones", () => {
    const writer = new Utf8Writer();
    for (const length of [1, 3, 1000, 16_383, 16_384, 16_385, 50_000]) {
      const run = encodeUtf8(`${"x".repeat(length - 1)}é`);
      for (let i = 0; i < 30; i += 1) {
        writer.character(0x1_f600);
        writer.copy(run, 0, run.length, 0xff);
      }
      assert.equal(writer.take(), `😀${"x".repeat(length - 1)}é`.repeat(30));
    }
  });

  it("begins anew, and each text is its own", () => {
    const writer = new Utf8Writer();
    writer.character(0xe9);
    const before = writer.take();
    writer.character(0x61);
    writer.character(0x62);
    assert.deepEqual([before, writer.take()], ["é", "ab"]);
  });
});
