/** VerificationFailure reads step, clause and hint from the catalogue; quoted() makes hostile text safe for a message. */
import assert from "node:assert/strict";
import { FAILURES } from "../../src/failure/catalogue.ts";
import { quoted, VerificationFailure } from "../../src/failure/failure.ts";

describe("VerificationFailure", () => {
  it("carries code, step, clause and hint", () => {
    const failure = new VerificationFailure("KeyMalformed", "Cannot parse public key", { actual: "a", expected: "b" });
    assert.equal(failure.name, "VerificationFailure");
    assert.equal(failure.step, "key");
    assert.equal(failure.spec, FAILURES.KeyMalformed.spec);
    assert.equal(failure.hint, FAILURES.KeyMalformed.hint);
    assert.deepEqual(failure.detail, { actual: "a", expected: "b" });
    assert.deepEqual(new VerificationFailure("KeyMalformed", "x").detail, {});
  });
});

describe("quoted()", () => {
  const rows: Readonly<Record<string, [string, string]>> = {
    "plain text": ["abc", '"abc"'],
    "quotes and backslashes": ['a"b\\c', '"a\\"b\\\\c"'],
    "control characters": ["a\n\u001b[31m\0", '"a\\u{a}\\u{1b}[31m\\u{0}"'],
    "look-alikes and emoji": ["аpple😀", '"\\u{430}pple\\u{1f600}"'],
    "a lone surrogate": ["\ud800", '"\\u{d800}"'],
    "an ellipsis of others, lest it look like a cut": ["a…", '"a\\u{2026}"'],
    "long text, cut": ["x".repeat(201), `"${"x".repeat(200)}…"`],
  };
  for (const [name, [text, safe]] of Object.entries(rows)) it(`quotes ${name}`, () => assert.equal(quoted(text), safe));
});
