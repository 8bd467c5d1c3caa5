// The files of `sealgate apply`: nothing in them goes unchecked without a word.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DocumentError } from "../../src/config/documents.ts";
import { readPolicies, readResources, toYaml } from "../../src/config/pods.ts";
import { PolicyFilesError } from "../../src/config/policy-directory.ts";
import type { Compilers } from "../../src/ports/policies.ts";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: prod}\nspec: {containers: []}\n";
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

describe("config/pods", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-pods-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (text: string, name = "a.yaml"): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  describe("readResources()", () => {
    it("gives Pods with their origin, and the labels of Namespaces", () => {
      const first = write(`${POD}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: {env: prod}}\n`);
      const second = write("apiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\nspec: {}\n", "b.yaml");
      const { pods, namespaces } = readResources([first, second]);
      assert.deepEqual(
        pods.map(({ origin, namespace, name }) => [origin, namespace, name]),
        [
          [`${first}:1`, "prod", "web"],
          [`${second}:1`, "default", "job-"],
        ],
      );
      assert.deepEqual(
        [...(namespaces.get("prod") ?? [])],
        [
          ["env", "prod"],
          ["kubernetes.io/metadata.name", "prod"],
        ],
      );
    });

    const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
      "another kind": [
        `${POD}---\napiVersion: apps/v1beta1\nkind: Deployment\n`,
        /a\.yaml:6: "Deployment" of "apps\/v1beta1" is not checked here: give Pods, their controllers and Namespaces$/,
      ],
      "a Pod of another group": [
        "apiVersion: acme/v1\nkind: Pod\n",
        /a\.yaml:1: "Pod" of "acme\/v1" is not checked here/,
      ],
      "no kind": ["metadata: {}\n", /a\.yaml:1: kind is absent/],
      "no apiVersion": ["kind: Pod\n", /a\.yaml:1: apiVersion is absent/],
      "no name": ["apiVersion: v1\nkind: Pod\nmetadata: {}\n", /a\.yaml:1: metadata\.name is absent/],
      "a name that would write lines": [
        'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\\nb  Pass"}\n',
        /a\.yaml:1: metadata\.name is "a\\u\{a\}b {2}Pass", want a name/,
      ],
      "no metadata": ["apiVersion: v1\nkind: Pod\n", /a\.yaml:1: metadata is absent/],
      "a Namespace without a name": [
        `${POD}---\nkind: Namespace\nmetadata: {}\n`,
        /a\.yaml:6: metadata\.name is absent/,
      ],
      "nothing at all": ["", /a\.yaml:1: there is no Pod or controller to check/],
      "a Namespace alone": [
        "kind: Namespace\nmetadata: {name: prod}\n",
        /a\.yaml:1: there is no Pod or controller to check/,
      ],
    };
    for (const [what, [text, message]] of Object.entries(refused)) {
      it(`refuses ${what}`, () => {
        const file = write(text);
        assert.throws(
          () => readResources([file]),
          (error) => error instanceof DocumentError && message.test(error.message),
        );
      });
    }
  });

  describe("readPolicies()", () => {
    it("reads files and directories of them, and takes namespaces of the resources", () => {
      mkdirSync(join(folder, "more"));
      copyFileSync("examples/cluster-policy.yaml", join(folder, "more", "b.yaml"));
      writeFileSync(join(folder, "more", "notes.txt"), "no policy");
      copyFileSync("examples/namespaced-policy.yaml", join(folder, "a.yaml"));
      const labels = new Map([["prod", new Map([["env", "prod"]])]]);
      const snapshot = readPolicies([join(folder, "a.yaml"), join(folder, "more")], compile, labels);
      assert.equal(snapshot.policies.length, 2);
      assert.equal(snapshot.namespaceLabels("prod")?.get("env"), "prod");
      assert.deepEqual([...(snapshot.namespaceLabels("other") ?? [])], [["kubernetes.io/metadata.name", "other"]]);
    });

    it("refuses what is no policy, by file and line", () => {
      const file = write("\nkind: Deployment\n");
      assert.throws(
        () => readPolicies([file], compile),
        (error) =>
          error instanceof PolicyFilesError && error.message.startsWith(`${file}:2: kind "Deployment" is not one of`),
      );
    });

    it("refuses a path that is not there", () => {
      assert.throws(() => readPolicies([join(folder, "none")], compile), { code: "ENOENT" });
    });
  });

  it("toYaml() prints rows", () => {
    assert.equal(toYaml([{ image: "a", verdict: "Pass" }]), "- image: a\n  verdict: Pass\n");
  });
});
