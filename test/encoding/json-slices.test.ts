// What is put together from slices is what was sliced, whatever their size; what cannot be whole is no value.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseJson, type JsonValue } from "../../src/encoding/json.ts";
import { JsonAssembly, sliceJson } from "../../src/encoding/json-slices.ts";

function assembled(value: JsonValue, maxTokens?: number): JsonValue {
  const assembly = new JsonAssembly();
  for (const slice of sliceJson(value, maxTokens)) assembly.add(structuredClone(slice));
  return assembly.value();
}

describe("sliceJson() and JsonAssembly", () => {
  it("give back any JSON value, in slices of any size", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 7 }), (text, maxTokens) => {
        const value = parseJson(text, { roundIntegers: true });
        assert.deepEqual(assembled(value, maxTokens), value);
      }),
      { seed: 7 },
    );
  });

  it("keep the order of members, empty containers, and names that are a prototype's", () => {
    for (const text of [
      "[]",
      "{}",
      '{"b":{},"a":[[],{}],"__proto__":{"constructor":null}}',
      '"x"',
      "null",
      "[[[1]]]",
    ]) {
      const value = parseJson(text);
      const copy = assembled(value, 1);
      assert.deepEqual(copy, value);
      if (value instanceof Map && copy instanceof Map) assert.deepEqual([...copy.keys()], [...value.keys()]);
    }
  });

  it("make no slice longer than it may be, by tokens or by characters", () => {
    const long = Array.from({ length: 10_000 }, (_, i) => i);
    assert.deepEqual(
      [...sliceJson(long)].map(({ length }) => length),
      [4_000, 4_000, 2_001],
    );
    assert.equal([...sliceJson(Array.from({ length: 8 }, () => "x".repeat(262_144)))].length, 8);
    assert.deepEqual([...sliceJson(7)], [[7]]);
  });

  it("refuse what is not whole, and what is more than whole", () => {
    const lacking = new JsonAssembly();
    assert.throws(() => lacking.value(), /lacks slices/);
    lacking.add([{ list: 2 }, 1]);
    assert.throws(() => lacking.value(), /lacks slices/);
    lacking.add([2]);
    assert.deepEqual(lacking.value(), [1, 2]);
    assert.throws(() => lacking.add([3]), /more tokens/);
    assert.throws(() => new JsonAssembly().add([{ object: 1 }, 7]), /no name/);
  });
});
