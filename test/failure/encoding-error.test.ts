/** EncodingError is told from other errors by its class and keeps its reason. */
import assert from "node:assert/strict";
import { EncodingError } from "../../src/failure/encoding-error.ts";

describe("EncodingError", () => {
  it("keeps its reason and name", () => {
    const error = new EncodingError("not hex");
    assert.ok(error instanceof Error);
    assert.equal(error.message, "not hex");
    assert.equal(error.name, "EncodingError");
  });
});
