/** attempt() and malformed(): a failure becomes a value, a reader's error becomes a failure, a defect flies on. */
import assert from "node:assert/strict";
import { attempt, malformed } from "../../src/failure/attempt.ts";
import { EncodingError } from "../../src/failure/encoding-error.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { failsWith } from "../support/failures.ts";

function raise(error: Error): never {
  throw error;
}

describe("attempt()", () => {
  it("gives the value", () =>
    assert.deepEqual(
      attempt(() => 1),
      { ok: true, value: 1 },
    ));

  it("gives the failure", () => {
    const failure = new VerificationFailure("KeyMalformed", "Cannot parse");
    assert.deepEqual(
      attempt(() => raise(failure)),
      { ok: false, failure },
    );
  });

  it("lets a defect fly", () => {
    assert.throws(() => attempt(() => raise(new TypeError("defect"))), TypeError);
    assert.throws(() => attempt(() => raise(new EncodingError("escaped"))), EncodingError);
  });
});

describe("malformed()", () => {
  it("turns an EncodingError into a failure that names what was read, with its cause", () => {
    const cause = new EncodingError("not hex");
    const failure = failsWith("PayloadMalformed", () => malformed("PayloadMalformed", "payload", () => raise(cause)));
    assert.equal(failure.message, "Cannot parse payload: not hex");
    assert.equal(failure.cause, cause);
  });

  it("lets a failure keep its own code, and a defect fly", () => {
    const failure = new VerificationFailure("KeyUnsupported", "Cannot use");
    failsWith("KeyUnsupported", () => malformed("KeyMalformed", "key", () => raise(failure)));
    assert.throws(() => malformed("KeyMalformed", "key", () => raise(new RangeError("defect"))), RangeError);
  });
});
