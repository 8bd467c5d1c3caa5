// The configuration and its trust roots as serve opens them: what holds without a file, and what follows a change.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/cli/io.ts";
import { embeddedRoot, openTrust } from "../../src/compose/open-trust.ts";
import { policy, rule } from "../policy/resources.ts";
import { trustRoot } from "../policy/trust-roots.ts";
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
      ["trust-roots", "images", "callers"],
    );
    trust.follow(() => assert.fail("nothing changes"))();
  });

  it("compiles policies with objects before the roots that it knows, and objects with what is built in", () => {
    const { compile } = openTrust(undefined);
    const entries = [{ name: "dev", keyless: { issuer: "https://login.acme.io", subject: "dev@acme.io" } }];
    const resource = policy({ verifyImages: [rule({ attestors: [{ entries }] })] });
    const object = compile.trustRoot(trustRoot({ github: {} }, { name: "sigstore-public-good" }));
    assert.equal(object.root, embeddedRoot("github"));
    const hashes = [undefined, object].map((found) => compile.policy(resource, () => found).rules[0]?.hash);
    assert.notEqual(hashes[0], hashes[1]);
    assert.throws(() => embeddedRoot("acme"), /there is no built-in trust root "acme"/u);
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
      ["trust-roots", "images", "callers", "configuration"],
    );
  });
});
