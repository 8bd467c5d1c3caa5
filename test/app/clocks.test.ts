// The clocks of the program never go back. How fast they go is nobody's to assert.
import assert from "node:assert/strict";
import { CLOCKS } from "../../src/app/clocks.ts";

describe("CLOCKS", () => {
  for (const name of ["monotonicNow", "cpuNow"] as const) {
    it(`${name} does not go back`, () => {
      const first = CLOCKS[name]();
      assert.ok(CLOCKS[name]() >= first && first > 0);
    });
  }

  it("now is in milliseconds since 1970", () => assert.ok(Number.isSafeInteger(CLOCKS.now())));
});
