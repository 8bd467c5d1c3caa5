// The defaults of bounds are those of the application and within what the schema takes; liveness.test.ts shows that each counts.
import assert from "node:assert/strict";
import { IMAGE_LIMITS } from "../../src/app/verify-image.ts";
import { CACHES, DEFAULT_CACHES, DEFAULT_LIMITS, LIMITS } from "../../src/config/limits.ts";
import { compileSchema } from "../../src/schema/validator.ts";

describe("config: limits and caches", () => {
  it("have defaults that are those of the application", () => assert.deepEqual(DEFAULT_LIMITS, IMAGE_LIMITS));

  it("have defaults that may be written", () => {
    assert.deepEqual(compileSchema(LIMITS)(DEFAULT_LIMITS), []);
    assert.deepEqual(compileSchema(CACHES)(DEFAULT_CACHES), []);
  });
});
