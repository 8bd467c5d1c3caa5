/** Private addresses for real: a registry at one, in a network namespace, judged by the built program. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inPrivateNetwork, privateNetworkOrSkip } from "../support/testbed/private-network.ts";
import { makeTemporaryDir, run } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { METADATA_ADDRESS, PRIVATE_ADDRESS, PRIVATE_NAME, type PrivateAnswers } from "./private-addresses.ts";

const SCRIPT = fileURLToPath(new URL("./private-registries.js", import.meta.url));

describe("registry: private addresses", () => {
  let answers: PrivateAnswers;

  before(async function () {
    programsOrSkip(this);
    privateNetworkOrSkip(this);
    const hosts = join(makeTemporaryDir("private-hosts"), "hosts");
    writeFileSync(hosts, `127.0.0.1 localhost\n${PRIVATE_ADDRESS} ${PRIVATE_NAME}\n`);
    const addresses = [PRIVATE_ADDRESS, METADATA_ADDRESS];
    const [command, args] = inPrivateNetwork(SCRIPT, { addresses, hosts });
    const { code, stdout, stderr } = await run(command, args, { timeoutMs: 200_000 });
    assert.equal(code, 0, stderr);
    answers = JSON.parse(stdout) as PrivateAnswers;
  });

  for (const how of ["unlisted", "address", "name"] as const) {
    it(`denies a registry at one unless that was opened: ${how}`, () => {
      assert.match(answers[how], /AddressBlocked/);
      assert.match(answers[how], /it is at a private address, want a public one/);
      assert.doesNotMatch(answers[how], /\bPass\b/);
    });
  }

  it("verifies the image there where the operator opened the host, by its address and by its name", () => {
    assert.match(answers.addressOpened, /\bPass\b/);
    assert.match(answers.nameOpened, /\bPass\b/);
  });

  it("names no address that a name stands for", () => {
    assert.ok(!answers.name.includes(PRIVATE_ADDRESS), answers.name);
  });

  it("never connects to a metadata service, whatever was opened", () => {
    assert.match(answers.metadataOpened, /AddressBlocked/);
    assert.equal(answers.metadataCalls, 0);
  });
});
