// Of two files with one policy or exception: an error at start, and later the second is not in force.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyDirectory } from "../../src/config/policy-directory.ts";
import type { Compilers } from "../../src/ports/policies.ts";

const EXAMPLES = "examples";

/** Counts what it is asked to compile; the policies' meaning is not the matter here. */
const compile: Compilers = {
  policy: ({ kind, metadata: { name } }) => ({
    id: { kind, name },
    failureAction: "Enforce",
    failurePolicy: "Fail",
    appliesTo: () => true,
    rules: [],
  }),
  trustRoot: ({ metadata: { name } }) => ({ name, root: "not-ready", errors: [] }),
};

describe("config/policy-directory, of two files", () => {
  let folder: string;
  let directory: PolicyDirectory | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-policies-"));
    copyFileSync(join(EXAMPLES, "cluster-policy.yaml"), join(folder, "cluster.yaml"));
  });
  afterEach(() => {
    directory?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const names = (): readonly string[] => directory?.snapshot().policies.map(({ id }) => id.name) ?? [];

  /** Opens the folder, changes it, and waits for the notice that something changed. */
  const afterChange = async (change: () => void): Promise<string> =>
    await new Promise((resolve) => {
      directory = new PolicyDirectory({ folder, compile, onChange: resolve });
      change();
    });

  it("refuses two objects of one kind and name in two files, and names both", () => {
    const text = readFileSync(join(EXAMPLES, "cluster-policy.yaml"), "utf8");
    const open = (): PolicyDirectory => new PolicyDirectory({ folder, compile, onChange: () => undefined });
    const both = (kind: string): string =>
      `${join(folder, "second.yaml")}: ${kind} is there in ${join(folder, "cluster.yaml")} too: a cluster would keep one`;
    writeFileSync(join(folder, "second.yaml"), text);
    assert.throws(open, { name: "PolicyFilesError", message: both('ClusterImageVerifyPolicy "acme-release"') });
    const exception = readFileSync(join(EXAMPLES, "exception.yaml"), "utf8");
    writeFileSync(join(folder, "cluster.yaml"), `${text}---\n${exception}`);
    writeFileSync(join(folder, "second.yaml"), exception);
    assert.throws(open, { message: both('ImageVerifyException "hotfix-4711"') });
    writeFileSync(join(folder, "second.yaml"), text.replace("name: acme-release", "name: another"));
    directory = open();
    assert.deepEqual(names(), ["acme-release", "another"]);
  });

  it("does not take a file that comes with a name that is there, and tells", async () => {
    const detail = await afterChange(() => copyFileSync(join(folder, "cluster.yaml"), join(folder, "second.yaml")));
    assert.match(detail, /^1 policies of 1 files; not in force: .*second\.yaml: .* is there in .*cluster\.yaml too: /);
    assert.deepEqual(names(), ["acme-release"]);
  });
});
