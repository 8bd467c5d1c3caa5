// A body put together as it arrives: its bytes and their hash, whatever was announced, and memory for no more than has come.
import assert from "node:assert/strict";
import { digestOf } from "../../src/crypto/digest.ts";
import { Body, EMPTY_BODY } from "../../src/registry/body.ts";

const KIB = 1024;

function chunksOf(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe("Body", () => {
  const whole = Uint8Array.from({ length: 300 * KIB + 7 }, (_, i) => i % 251);

  for (const length of [0, 1, 64 * KIB, 64 * KIB + 1, whole.length]) {
    for (const announced of [0, 1, length, length + 1, 10 * whole.length]) {
      it(`is ${length} bytes of which ${announced} were announced, hashed as they came, in memory of its own`, () => {
        const bytes = whole.subarray(0, length);
        for (const size of [1000, 64 * KIB, whole.length]) {
          const body = new Body(announced, 10 * whole.length);
          for (const chunk of chunksOf(bytes, size)) assert.ok(body.add(chunk));
          const received = body.received();
          assert.deepEqual(received, { body: bytes.slice(), digest: digestOf(bytes) });
          assert.equal(received.body.buffer.byteLength, length);
        }
      });
    }
  }

  it("takes as much as it may, and has nothing of what is a byte more", () => {
    const taken = (...lengths: readonly number[]): readonly [readonly boolean[], number] => {
      const body = new Body(0, 5);
      const answers = lengths.map((length) => body.add(new Uint8Array(length)));
      return [answers, body.received().body.length];
    };
    assert.deepEqual(taken(3, 2, 0), [[true, true, true], 5]);
    assert.deepEqual(taken(3, 2, 1), [[true, true, false], 0]);
  });

  it("holds no memory once it is dropped, and leaves none behind as it grows", () => {
    const { arrayBuffers: before } = process.memoryUsage();
    const chunk = new Uint8Array(64 * KIB);
    for (let i = 0; i < 50; i += 1) {
      const body = new Body(0, 4096 * KIB);
      while (body.add(chunk));
      body.drop();
      assert.equal(body.received().body.length, 0);
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 16 * 1024 * KIB, `${grown} bytes more`);
  });

  it("is nothing where nothing came", () => {
    assert.deepEqual(new Body(100, 100).received(), EMPTY_BODY);
  });
});
