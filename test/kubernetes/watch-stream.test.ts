import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { EncodingError } from "../../src/failure/encoding-error.ts";
import { readWatchEvents } from "../../src/kubernetes/watch-stream.ts";
import { event, named } from "./fake-api.ts";

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield await Promise.resolve(bytes.subarray(start, start + size));
}

async function read(text: string, size = 1_000): Promise<readonly string[]> {
  const events: string[] = [];
  for await (const { type, object } of readWatchEvents(inChunks(encodeUtf8(text), size))) {
    events.push(`${type} ${String((object.get("metadata") as Map<string, unknown>).get("name"))}`);
  }
  return events;
}

const THREE =
  event("ADDED", named("a", "1")) + event("MODIFIED", named("é😀", "2")) + event("BOOKMARK", named("", "3"));

describe("readWatchEvents()", () => {
  for (const size of [1, 2, 3, 7, 1_000]) {
    it(`reads events cut every ${size} bytes, within a character too`, async () => {
      assert.deepEqual(await read(THREE, size), ["ADDED a", "MODIFIED é😀", "BOOKMARK "]);
    });
  }

  it("passes over empty lines", async () => {
    assert.deepEqual(await read(`\n\n${event("DELETED", named("a", "1"))}\n`), ["DELETED a"]);
  });

  it("drops a last line that is cut, wherever", async () => {
    const whole = event("ADDED", named("a", "1"));
    const second = event("ADDED", named("b", "2"));
    for (let length = 0; length < second.length; length++) {
      assert.deepEqual(await read(whole + second.slice(0, length)), ["ADDED a"]);
    }
  });

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "no JSON": ["<html>\n", /want a JSON value/],
    "a list": ["[]\n", /watch event is a list/],
    "an unknown type": [event("SYNC", {}), /unknown type of watch event/],
    "no type": ['{"object":{}}\n', /type is absent/],
    "no object": ['{"type":"ADDED"}\n', /object is absent/],
    "an object that is a string": ['{"type":"ADDED","object":"a"}\n', /object is a string/],
    "a member written twice": ['{"type":"ADDED","type":"DELETED","object":{}}\n', /duplicate member/],
    "too deep": [`${"[".repeat(200)}\n`, /nested deeper than 100/],
  };
  for (const [what, [text, message]] of Object.entries(refused)) {
    it(`refuses ${what}, after the events before it`, async () => {
      const seen: string[] = [];
      await assert.rejects(
        async () => {
          for await (const { type } of readWatchEvents(inChunks(encodeUtf8(THREE + text), 9))) seen.push(type);
        },
        (error) => error instanceof EncodingError && message.test(error.message),
      );
      assert.equal(seen.length, 3);
    });
  }

  it("refuses a line of more than 8 MiB before it ends", async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1;
        yield await Promise.resolve(new Uint8Array(1024 * 1024).fill(0x20));
      }
    }
    await assert.rejects(async () => {
      for await (const _ of readWatchEvents(endless())) assert.fail("an event");
    }, /longer than 8388608 bytes/);
    assert.equal(sent, 9);
  });
});
