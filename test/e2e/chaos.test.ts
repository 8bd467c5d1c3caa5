/**
 * The short form of `npm run test:long -- chaos`: the control plane in trouble, for seconds. Decisions go on by what was read
 * last, it shows for how long changes may have been missed, and afterwards changes are followed again.
 */
import assert from "node:assert/strict";
import { startChaos, TROUBLES, type Chaos } from "../support/testbed/chaos.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";

const MILLISECONDS = 6_000;

describe("in trouble", () => {
  let chaos: Chaos;
  before("install two replicas", async function () {
    chaos = await startChaos(programsOrSkip(this), 2);
  });
  after("stop it", () => chaos?.stop());

  for (const [what, trouble] of Object.entries(TROUBLES)) {
    it(`${what}: decisions go on, it shows, and all is followed again afterwards`, async () => {
      const { watched, recoveredMs } = await chaos.endure(trouble, MILLISECONDS);
      assert.deepEqual(watched.wrong, []);
      assert.ok(watched.asked > 10);
      if (trouble.isNoticed) assert.ok(watched.staleSeconds > 0, "it does not show");
      assert.ok(recoveredMs > 0);
    });
  }
});
