/** What `npm run sigstore` prints works as it is typed. */
import assert from "node:assert/strict";
import { formatScript, writeTokens } from "../../examples/sigstore/script.ts";
import { pushImage } from "../support/testbed/images.ts";
import { mustSucceed, run } from "../support/testbed/process.ts";
import { describeOnTestbed } from "./testbed.ts";

describeOnTestbed("npm run sigstore", (testbed) => {
  it("prints a script that signs with both cosigns, and verifies with cosign and Sealgate", async () => {
    const { sigstore, programs, registries } = testbed();
    const registry = registries.distribution;
    const { reference } = await pushImage({ registry, repository: "script/web", seed: "script" });
    writeTokens(sigstore);
    const script = formatScript({ sigstore, programs, host: registry.host, image: reference });
    const { stdout } = mustSucceed(
      "the script",
      await run("sh", ["-e", "-c", script], { env: { HOME: sigstore.dir } }),
    );
    assert.equal(stdout.match(/^Verified /gmu)?.length, 2, stdout);
  });
});
