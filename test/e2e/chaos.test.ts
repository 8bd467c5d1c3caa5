/**
 * The short form of `npm run test:long -- chaos`: the control plane in trouble, for seconds. Decisions go on by what was read
 * last, it shows for how long changes may have been missed, and afterwards changes are followed again.
 */
import assert from "node:assert/strict";
import { prepareChaos, TROUBLES, type Endure } from "../support/testbed/chaos.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { useInstallation } from "./installation.ts";

const MILLISECONDS = 3_000;

describe("in trouble", () => {
  let endure: Endure;
  before("install", async function () {
    endure = await prepareChaos(await useInstallation(programsOrSkip(this)));
  });

  for (const [what, trouble] of Object.entries(TROUBLES)) {
    it(`${what}: decisions go on, it shows, and all is followed again afterwards`, async () => {
      const { watched, recoveredMs } = await endure(trouble, MILLISECONDS);
      assert.deepEqual(watched.wrong, []);
      assert.ok(watched.asked > 10);
      if (trouble.isNoticed) assert.ok(watched.staleSeconds > 0, "it does not show");
      assert.ok(recoveredMs > 0);
    });
  }
});
