// The cursor over TLS vectors: numbers, lengths, the end.
import assert from "node:assert/strict";
import { Reader } from "../../src/encoding/reader.ts";
import { refuses } from "../support/failures.ts";

describe("encoding/reader", () => {
  it("reads big-endian numbers and vectors in order", () => {
    const reader = new Reader(Uint8Array.of(7, 1, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 8, 9));
    assert.equal(reader.uint8("a"), 7);
    assert.equal(reader.uint16("b"), 258);
    assert.equal(reader.uint64("c"), 256n);
    assert.deepEqual(reader.vector16("d"), Uint8Array.of(8, 9));
    assert.equal(reader.isAtEnd, true);
    reader.end("e");
  });

  it("refuses to read beyond the end, and names what", () => {
    for (const bytes of [[], [0], [0, 2, 1]]) {
      refuses(/^list( length)? is cut$/, () => new Reader(Uint8Array.from(bytes)).vector16("list"));
    }
    refuses(/^time is cut$/, () => new Reader(new Uint8Array(7)).uint64("time"));
  });

  it("refuses bytes behind the end", () => {
    refuses(/^list is followed by 2 bytes$/, () => new Reader(new Uint8Array(2)).end("list"));
  });

  it("refuses every prefix of a message, and a byte inserted anywhere", () => {
    const message = Uint8Array.of(7, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0);
    const read = (bytes: Uint8Array): void => {
      const reader = new Reader(bytes);
      reader.uint8("a");
      reader.vector16("b");
      reader.uint64("c");
      reader.vector16("d");
      reader.end("e");
    };
    read(message);
    for (let at = 0; at <= message.length; at += 1) {
      if (at < message.length) refuses(/is cut$/, () => read(message.subarray(0, at)));
      refuses(/is cut$|is followed by/, () =>
        read(Uint8Array.of(...message.subarray(0, at), 0xff, ...message.subarray(at))),
      );
    }
  });

  it("reads the largest numbers", () => {
    const reader = new Reader(new Uint8Array(11).fill(0xff));
    assert.deepEqual([reader.uint8("a"), reader.uint16("b"), reader.uint64("c")], [255, 65_535, 2n ** 64n - 1n]);
  });
});
