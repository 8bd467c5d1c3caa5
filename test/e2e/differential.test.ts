/**
 * `sealgate verify` beside both cosigns, on every image of the suite. Where they differ docs/cosign-differences.md says
 * so, row for row; a row that no image shows any more is an error too.
 */
import assert from "node:assert/strict";
import { verifyImage } from "../support/testbed/sealgate.ts";
import { listedDifferences, ourVerdict, say } from "./differences.ts";
import { imageCases } from "./images.ts";
import { sigstoreCases } from "./sigstore-images.ts";
import { describeOnTestbed, registryNames } from "./testbed.ts";

describeOnTestbed("differences from cosign", (testbed) => {
  const listed = listedDifferences();

  for (const registryName of registryNames) {
    for (const { name, verdict } of imageCases) {
      it(`says of ${name} on ${registryName} what cosign says, or what the page says`, async () => {
        const { registries, tools, keys } = testbed();
        const { host, images } = registries[registryName];
        const reference = images.find((each) => each.name === name)?.reference ?? "";
        const [ours, v2, v3] = await Promise.all([
          verifyImage(reference, ["--key", keys.acme.publicKey, "--insecure-ignore-tlog"], host),
          tools.v2.verify(reference, keys.acme),
          tools.v3.verify(reference, keys.acme),
        ]);
        const own = ourVerdict(ours);
        assert.equal(own, say(verdict === "admitted"), `${ours.stdout}${ours.stderr}`);
        const verdicts = [own, say(v2.code === 0), say(v3.code === 0)];
        const isSame = new Set(verdicts).size === 1;
        assert.equal(verdicts.join(" "), isSame ? verdicts.join(" ") : listed.get(name), `${v2.stderr}\n${v3.stderr}`);
        assert.ok(!isSame || !listed.has(name), `docs/cosign-differences.md lists ${name}: all three ${own}`);
      });
    }
  }

  it("lists images of the suite only", () => {
    const known = new Set([...imageCases, ...sigstoreCases].map(({ name }) => name));
    const unknown = [...listed.keys()].filter((name) => !known.has(name));
    assert.deepEqual(unknown, []);
  });
});
