/** pause(): ends with its time, or with its caller's. */
import assert from "node:assert/strict";
import { pause } from "../../src/registry/pause.ts";

describe("registry: pause()", () => {
  it("ends by itself", async () => {
    await pause(1, new AbortController().signal);
  });

  it("ends with its caller, then and before", async () => {
    const controller = new AbortController();
    const long = pause(600_000, controller.signal);
    controller.abort();
    await long;
    await pause(600_000, controller.signal);
    assert.ok(controller.signal.aborted);
  });
});
