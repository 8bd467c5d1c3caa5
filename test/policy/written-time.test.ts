// Times as operators write them: what the API server's rules take, and nothing else.
import assert from "node:assert/strict";
import { readTime } from "../../src/policy/written-time.ts";

describe("policy/written-time", () => {
  it("reads RFC 3339 in 1970 or later", () => {
    assert.equal(readTime("2026-06-01T02:00:00+02:00"), Date.UTC(2026, 5, 1));
    assert.equal(readTime("1970-01-01T00:00:00Z"), 0);
  });

  for (const text of ["", "2026-06-01", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "June"]) {
    it(`reads nothing from ${JSON.stringify(text)}`, () => assert.equal(readTime(text), undefined));
  }
});
