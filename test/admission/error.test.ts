import assert from "node:assert/strict";
import { AdmissionError } from "../../src/admission/error.ts";

describe("admission/error", () => {
  it("carries the HTTP status beside its sentence", () => {
    const error = new AdmissionError(413, "too large");
    assert.deepEqual([error.name, error.status, error.message], ["AdmissionError", 413, "too large"]);
    assert.deepEqual([error.uid, new AdmissionError(413, "too large", "7-a").uid], [undefined, "7-a"]);
  });
});
