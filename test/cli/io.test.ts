import assert from "node:assert/strict";
import { UsageError } from "../../src/cli/io.ts";

describe("UsageError", () => {
  it("is known by its class and carries its sentence", () => {
    const error = new UsageError("--plain-http: bad host");
    assert.deepEqual(
      [error instanceof Error, error.name, error.message],
      [true, "UsageError", "--plain-http: bad host"],
    );
  });
});
