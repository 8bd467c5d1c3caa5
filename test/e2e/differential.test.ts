/**
 * `sealgate verify` beside both cosigns, on every image of the suite. Where they differ docs/cosign-differences.md says
 * so, row for row; a row that no image shows any more is an error too.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../support/testbed/process.ts";
import { repositoryRoot } from "../support/testbed/programs.ts";
import { verifyImage } from "../support/testbed/sealgate.ts";
import { imageCases } from "./images.ts";
import { describeOnTestbed, registryNames } from "./testbed.ts";

const pagePath = join(repositoryRoot(), "docs", "cosign-differences.md");

/** Image → what sealgate, cosign v2 and cosign v3 say of it, from rows such as "| `name` | denies | accepts | accepts |". */
function readPage(): ReadonlyMap<string, string> {
  const row = /^\| `([^`]+)` \| (accepts|denies) \| (accepts|denies) \| (accepts|denies) \|/gmu;
  const found = [...readFileSync(pagePath, "utf8").matchAll(row)];
  return new Map(found.map(([, name = "", ...verdicts]) => [name, verdicts.join(" ")]));
}

const say = (accepted: boolean): string => (accepted ? "accepts" : "denies");

/** 2 is neither: it could not tell, which no image of the suite may come to. */
function ourVerdict({ code, stdout, stderr }: RunResult): string {
  assert.ok(code === 0 || code === 1, `sealgate verify ended with ${code}\n${stdout}${stderr}`);
  return say(code === 0);
}

describeOnTestbed("differences from cosign", (testbed) => {
  const listed = readPage();

  for (const registryName of registryNames) {
    for (const { name, verdict } of imageCases) {
      it(`says of ${name} on ${registryName} what cosign says, or what the page says`, async () => {
        const { registries, tools, keys } = testbed();
        const { host, images } = registries[registryName];
        const reference = images.find((each) => each.name === name)?.reference ?? "";
        const [ours, v2, v3] = await Promise.all([
          verifyImage(reference, keys.acme.publicKey, host),
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
    const known = new Set(imageCases.map(({ name }) => name));
    const unknown = [...listed.keys()].filter((name) => !known.has(name));
    assert.deepEqual(unknown, []);
  });
});
