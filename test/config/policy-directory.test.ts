// Policies from files: every fault at start, the last good of a file that breaks later, and compilation anew.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyDirectory, PolicyFilesError, type CompilePolicy } from "../../src/config/policy-directory.ts";

const EXAMPLES = "examples";

/** Counts what it is asked to compile; the policies' meaning is not the matter here. */
const compile: CompilePolicy = ({ kind, metadata: { name } }) => ({
  id: { kind, name },
  failureAction: "Enforce",
  failurePolicy: "Fail",
  appliesTo: () => true,
  rules: [],
});

describe("config/policy-directory", () => {
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

  it("names every fault of every file at start, each with its line", () => {
    writeFileSync(join(folder, "a.yaml"), "kind: Deployment\n");
    writeFileSync(join(folder, "b.yaml"), "kind: Namespace\nkind: Namespace\n");
    assert.throws(
      () => new PolicyDirectory({ folder, compile, onChange: () => undefined }),
      (error) => {
        assert.ok(error instanceof PolicyFilesError);
        assert.deepEqual(error.message.split("\n"), [
          `${join(folder, "a.yaml")}:1: kind "Deployment" is not a policy or a Namespace`,
          `${join(folder, "b.yaml")}:2: Map keys must be unique`,
        ]);
        return true;
      },
    );
  });

  it("takes a file that comes", async () => {
    const detail = await afterChange(() =>
      copyFileSync(join(EXAMPLES, "namespaced-policy.yaml"), join(folder, "namespaced.yaml")),
    );
    assert.equal(names().length, 2);
    assert.equal(detail, "2 policies of 2 files");
  });

  it("keeps what a file last held when it breaks, and tells", async () => {
    const detail = await afterChange(() => writeFileSync(join(folder, "cluster.yaml"), "kind: Deployment\n"));
    assert.equal(names().length, 1);
    assert.match(detail, /^1 policies of 1 files; kept as it last was: .*cluster\.yaml:1: kind "Deployment"/);
  });

  it("forgets a file that goes", async () => {
    await afterChange(() => rmSync(join(folder, "cluster.yaml")));
    assert.deepEqual(names(), []);
  });

  it("compiles all of them again when it is told that a trust root changed", () => {
    const details: string[] = [];
    let root = "first";
    directory = new PolicyDirectory({
      folder,
      compile: (resource) => ({ ...compile(resource), id: { kind: resource.kind, name: root } }),
      onChange: (detail) => void details.push(detail),
    });
    root = "second";
    assert.deepEqual(names(), ["first"]);
    directory.recompile();
    assert.deepEqual(names(), ["second"]);
    assert.deepEqual(details, ["1 policies of 1 files"]);
  });
});
