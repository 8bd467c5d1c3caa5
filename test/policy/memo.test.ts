// Parsed once, kept for a while, and never instead of a failure.
import assert from "node:assert/strict";
import { memoized } from "../../src/policy/memo.ts";

describe("memoized()", () => {
  it("parses a text once, and gives the same answer again", () => {
    let parsed = 0;
    const parse = memoized((text) => ({ text, parsed: (parsed += 1) }));
    const first = parse("a");
    assert.equal(parse("a"), first);
    assert.notEqual(parse("b"), first);
    assert.equal(parsed, 2);
  });

  it("keeps an answer that is undefined", () => {
    let parsed = 0;
    const parse = memoized(() => {
      parsed += 1;
      return undefined;
    });
    parse("a");
    parse("a");
    assert.equal(parsed, 1);
  });

  it("keeps no more than the last 256, the empty text among them", () => {
    let parsed = 0;
    const parse = memoized((text) => `${text}${(parsed += 1)}`);
    parse("");
    for (let i = 0; i < 256; i += 1) parse(String(i));
    assert.equal(parsed, 257);
    parse("255");
    assert.equal(parsed, 257);
    parse("");
    assert.equal(parsed, 258);
  });

  it("keeps nothing of what throws", () => {
    let parsed = 0;
    const parse = memoized((): never => {
      parsed += 1;
      throw new TypeError("no text");
    });
    assert.throws(() => parse("a"), TypeError);
    assert.throws(() => parse("a"), TypeError);
    assert.equal(parsed, 2);
  });
});
