/** Readers of parsed JSON: each names the member and what it was. */
import assert from "node:assert/strict";
import {
  asArray,
  asInt64,
  asInteger,
  asObject,
  asString,
  isJsonObject,
  unknownMember,
} from "../../src/encoding/guard.ts";
import { refuses } from "../support/failures.ts";

describe("guards", () => {
  it("give what is of the type", () => {
    const object = new Map([["a", 1]]);
    assert.equal(asObject(object, "x"), object);
    assert.ok(isJsonObject(object) && !isJsonObject({}));
    assert.deepEqual(asArray([1], "x"), [1]);
    assert.equal(asString("s", "x"), "s");
    assert.equal(asInteger(-7, "x"), -7);
  });

  const refused: Readonly<Record<string, [RegExp, () => unknown]>> = {
    "an absent object": [/^x is absent, want an object/, () => asObject(undefined, "x")],
    "a plain object: parseJson() gives none": [/want an object/, () => asObject({}, "x")],
    "null for a list": [/^x is null, want a list/, () => asArray(null, "x")],
    "a list for a string": [/^x is a list, want a string/, () => asString([], "x")],
    "an object for a string": [/^x is an object/, () => asString(new Map(), "x")],
    "a fraction for an integer": [/^x is the number 1.5, want an integer/, () => asInteger(1.5, "x")],
    "a number beyond 2^53": [/want an integer/, () => asInteger(2 ** 53, "x")],
    "digits for an integer": [/^x is a string/, () => asInteger("1", "x")],
  };
  for (const [name, [reason, read]] of Object.entries(refused)) {
    it(`refuse ${name}`, () => refuses(reason, read));
  }
});

describe("asInt64()", () => {
  it("takes decimal text and integer numbers, to both ends of 64 bits", () => {
    assert.equal(asInt64("0", "x"), 0n);
    assert.equal(asInt64(12, "x"), 12n);
    assert.equal(asInt64("9223372036854775807", "x"), 2n ** 63n - 1n);
    assert.equal(asInt64("-9223372036854775808", "x"), -(2n ** 63n));
  });

  for (const text of ["", " 12", "12 ", "0x10", "1e3", "+1", "-0", "00", "01", "1.0", "9223372036854775808", "١"]) {
    it(`refuses ${JSON.stringify(text)}`, () => refuses(/64/, () => asInt64(text, "x")));
  }
});

describe("unknownMember()", () => {
  it("gives the first member that is not allowed, in exact case", () => {
    const object = new Map([
      ["a", 1],
      ["B", 2],
      ["__proto__", 3],
    ]);
    assert.equal(unknownMember(object, ["a", "b", "__proto__"]), "B");
    assert.equal(unknownMember(object, ["a", "B"]), "__proto__");
    assert.equal(unknownMember(object, ["a", "B", "__proto__"]), undefined);
  });
});
