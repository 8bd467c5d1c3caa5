import assert from "node:assert/strict";
import { UnavailableError } from "../../src/ports/unavailable.ts";

describe("UnavailableError", () => {
  it("carries its cause of the closed list, when to try again, and the error behind it", () => {
    const error = new Error("ECONNRESET");
    const unavailable = new UnavailableError("RegistryThrottled", "host answers 429", { retryAfterSeconds: 7, error });
    const { name, message, undetermined, retryAfterSeconds, cause } = unavailable;
    assert.deepEqual([name, message, undetermined], ["UnavailableError", "host answers 429", "RegistryThrottled"]);
    assert.deepEqual([retryAfterSeconds, cause], [7, error]);
  });

  it("may know neither", () => {
    const unavailable = new UnavailableError("RegistryError", "host answers 500");
    assert.deepEqual([unavailable.retryAfterSeconds, "cause" in unavailable], [undefined, false]);
  });
});
