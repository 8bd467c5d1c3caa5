// Wildcards of policy-api.md §3, held against a regular expression of the same meaning.
import assert from "node:assert/strict";
import fc from "fast-check";
import { matchGlob } from "../../src/policy/glob.ts";

describe("policy/glob", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ":", "."), maxLength: 12 });
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "/", ":", ".", "*", "?"), maxLength: 10 });

  it("agrees with a regular expression of the same meaning", () => {
    for (const stops of [
      { star: "", one: "/", any: ".*", single: "[^/]" },
      { star: ":", one: ":", any: "[^:]*", single: "[^:]" },
    ]) {
      fc.assert(
        fc.property(glob, text, (pattern, name) => {
          const source = Array.from(pattern)
            .map((c) => (c === "*" ? stops.any : c === "?" ? stops.single : `[${c}]`))
            .join("");
          assert.equal(matchGlob(pattern, name, stops), new RegExp(`^${source}$`, "s").test(name));
        }),
        { numRuns: 3000 },
      );
    }
  });

  it("matches every text against itself", () => {
    fc.assert(fc.property(text, (name) => matchGlob(name, name, { star: "", one: "/" })));
  });

  it("stays fast for patterns that make backtracking explode", () => {
    const pattern = "a*".repeat(100) + "b";
    assert.equal(matchGlob(pattern, "a".repeat(10_000), { star: "", one: "/" }), false);
  });
});
