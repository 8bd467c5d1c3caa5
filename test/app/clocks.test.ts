// The clocks of the program never go back. How fast they go is nobody's to assert.
import assert from "node:assert/strict";
import { CLOCKS, cpuOfThreads } from "../../src/app/clocks.ts";

describe("CLOCKS", () => {
  for (const name of ["monotonicNow", "cpuNow"] as const) {
    it(`${name} does not go back`, () => {
      const first = CLOCKS[name]();
      assert.ok(CLOCKS[name]() >= first && first > 0);
    });
  }

  it("of threads is what the process has used and the main thread has not, or all where nobody can tell", () => {
    const meters = {
      cpuUsage: () => ({ user: 7_000, system: 3_000 }),
      threadCpuUsage: () => ({ user: 2_000, system: 1_000 }),
    };
    assert.equal(cpuOfThreads(meters), 7);
    assert.equal(cpuOfThreads({ cpuUsage: meters.cpuUsage }), 10);
    assert.ok(cpuOfThreads() >= 0);
  });

  it("now is in milliseconds since 1970", () => assert.ok(Number.isSafeInteger(CLOCKS.now())));
});
