// The configuration and its trust roots as serve opens them: what holds without a file, and what follows a change.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/cli/io.ts";
import { openTrust } from "../../src/compose/open-trust.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";

describe("compose/open-trust", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-open-trust-"));
    file = join(folder, "config.yaml");
    writeFileSync(join(folder, "root.json"), new VirtualSigstore().trustedRoot());
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has the built-in roots without a file, and nothing to follow", () => {
    const trust = openTrust(undefined);
    assert.notEqual(trust.trustRoots("sigstore-public-good"), undefined);
    assert.deepEqual(
      trust.readiness().map(({ name }) => name),
      ["trust-roots"],
    );
    trust.follow(() => assert.fail("nothing changes"))();
  });

  it("refuses a file that is wrong at start", () => {
    writeFileSync(file, "nonsense: true\n");
    assert.throws(() => openTrust(file), UsageError);
    assert.throws(() => openTrust(join(folder, "absent.yaml")), UsageError);
  });

  it("takes up a root that the file names later", async () => {
    writeFileSync(file, "{}\n");
    const trust = openTrust(file);
    assert.equal(trust.trustRoots("ours"), undefined);
    const changed = new Promise((resolve) => {
      const close = trust.follow((detail) => {
        close();
        resolve(detail);
      });
    });
    writeFileSync(file, `trustRoots: {ours: {file: ${join(folder, "root.json")}}}\n`);
    await changed;
    assert.notEqual(trust.trustRoots("ours"), undefined);
    assert.deepEqual(
      trust.readiness().map(({ name }) => name),
      ["trust-roots", "configuration"],
    );
  });
});
