// Tests of one whole text (policy-api.md §2.4), and how they are named.
import assert from "node:assert/strict";
import { exactly, globbed, matchOf, oneOf } from "../../src/policy/text-matcher.ts";

describe("policy/text-matcher", () => {
  it("compares exactly, in every code point", () => {
    const matcher = exactly("https://github.com/acme/app");
    assert.ok(matcher.matches("https://github.com/acme/app"));
    for (const text of [
      "https://github.com/Acme/app",
      "https://github.com/acme/app ",
      "https://github.com/acme/\u0430pp",
      "",
    ]) {
      assert.ok(!matcher.matches(text), text);
    }
    assert.equal(matcher.wanted, '"https://github.com/acme/app"');
  });

  it("takes nothing special in an exact text", () => {
    for (const text of [".*", "*", "^$", "a?"]) {
      assert.ok(exactly(text).matches(text));
      assert.ok(!exactly(text).matches("a"), text);
    }
  });

  it("matches an expression over the whole text", () => {
    const matcher = matchOf("https://github\\.com/acme/.*");
    assert.ok(matcher.matches("https://github.com/acme/app"));
    assert.ok(!matcher.matches("https://evil.example/?https://github.com/acme/app"));
    assert.equal(matcher.wanted, 'a match of "https://github\\\\.com/acme/.*"');
  });

  it("is no matcher for an expression that validation would have refused", () => {
    assert.throws(() => matchOf("(?=a)"), /after it was validated/);
  });

  it("matches a glob: * takes slashes, ? does not", () => {
    assert.ok(globbed("refs/heads/*").matches("refs/heads/a/b"));
    assert.ok(globbed("refs/tags/v?").matches("refs/tags/v1"));
    assert.ok(!globbed("refs/tags/v?").matches("refs/tags/v/"));
    assert.ok(!globbed("refs/heads/*").matches("x/refs/heads/a"));
    assert.equal(globbed("refs/tags/v*").wanted, '"refs/tags/v*"');
  });

  it("takes what any of several takes", () => {
    const matcher = oneOf([exactly("a"), globbed("b*")]);
    assert.deepEqual(
      ["a", "bc", "c"].map((text) => matcher.matches(text)),
      [true, true, false],
    );
    assert.equal(matcher.wanted, '"a" or "b*"');
    assert.ok(!oneOf([]).matches("a"));
  });
});
