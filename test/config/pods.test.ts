// The files of `sealgate apply`: nothing in them goes unchecked without a word.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DocumentError } from "../../src/config/documents.ts";
import { readPolicySets, readResources, toYaml } from "../../src/config/pods.ts";
import { PolicyFilesError, snapshotOf } from "../../src/config/policy-directory.ts";
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
      const { pods, namespaces, passedOver } = readResources([first, second]);
      assert.equal(passedOver.size, 0);
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

    it("passes over what makes no pod, and counts it", () => {
      const others = ["Service", "ConfigMap", "Service"].map((kind) => `---\napiVersion: v1\nkind: ${kind}\n`);
      const { pods, passedOver } = readResources([write(`${POD}${others.join("")}`)]);
      assert.deepEqual([pods.length, ...passedOver], [1, ["Service", 2], ["ConfigMap", 1]]);
    });

    it("takes what kubectl prints, one List, and knows the lines of its items", () => {
      const items = POD.replace(/^(?=.)/gm, "  ").replace("  a", "- a");
      const file = write(`apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ""}\nitems:\n${items}${items}`);
      assert.deepEqual(
        readResources([file]).pods.map(({ origin, name }) => [origin, name]),
        [
          [`${file}:5`, "web"],
          [`${file}:9`, "web"],
        ],
      );
    });

    it("reads the files of a directory", () => {
      write(POD);
      write(POD, "b.yaml");
      write("no resource", "notes.txt");
      assert.equal(readResources([folder]).pods.length, 2);
    });

    const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
      "a Deployment of another version": [
        `${POD}---\napiVersion: apps/v1beta1\nkind: Deployment\n`,
        /a\.yaml:6: "Deployment" of "apps\/v1beta1" cannot be judged, want apps\/v1$/,
      ],
      "a Pod of another group": [
        "apiVersion: acme/v1\nkind: Pod\n",
        /a\.yaml:1: "Pod" of "acme\/v1" cannot be judged, want v1$/,
      ],
      "a List whose items are no list": [
        "apiVersion: v1\nkind: List\nitems: {}\n",
        /a\.yaml:1: items is an object, want a list$/,
      ],
      "a List that holds a text": [
        `apiVersion: v1\nkind: List\nitems:\n- hello\n`,
        /a\.yaml:4: items\[0\] is not an object$/,
      ],
      "an item without a name": [
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {}\n",
        /a\.yaml:4: metadata\.name is absent/,
      ],
      "nothing but what makes no pod": [
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        /a\.yaml:1: there is no Pod or controller to judge/,
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
      "nothing at all": ["", /a\.yaml:1: there is no Pod or controller to judge/],
      "a Namespace alone": [
        "kind: Namespace\nmetadata: {name: prod}\n",
        /a\.yaml:1: there is no Pod or controller to judge/,
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

  describe("readPolicySets()", () => {
    const refuses = (paths: readonly string[], message: RegExp): void =>
      assert.throws(
        () => readPolicySets(paths),
        (error) => error instanceof PolicyFilesError && message.test(error.message),
      );

    it("reads files and directories of them", () => {
      mkdirSync(join(folder, "more"));
      copyFileSync("examples/cluster-policy.yaml", join(folder, "more", "b.yaml"));
      writeFileSync(join(folder, "more", "notes.txt"), "no policy");
      copyFileSync("examples/namespaced-policy.yaml", join(folder, "a.yaml"));
      const sets = readPolicySets([join(folder, "a.yaml"), join(folder, "more")]);
      const snapshot = snapshotOf(sets, compile);
      assert.equal(snapshot.policies.length, 2);
      assert.deepEqual([...(snapshot.namespaceLabels("other") ?? [])], [["kubernetes.io/metadata.name", "other"]]);
    });

    it("reads the List that kubectl prints, and names the lines of what is wrong in it", () => {
      const policy = readFileSync("examples/cluster-policy.yaml", "utf8").replace(/^#.*\n/gm, "");
      const items = policy.replace(/^(?=.)/gm, "  ").replace("  apiVersion", "- apiVersion");
      const list = `apiVersion: v1\nkind: List\nitems:\n${items}`;
      assert.equal(readPolicySets([write(list)])[0]?.policies.length, 1);
      const wrong = write(list.replace("failureAction: Enforce", "failureAction: enforce"));
      refuses([wrong], /a\.yaml:[0-9]{1,2}: spec\.failureAction: is "enforce"/);
    });

    it("refuses what is no policy, by file and line", () => {
      refuses([write("\nkind: Deployment\n")], /a\.yaml:2: kind "Deployment" is not one of/);
    });

    it("refuses to judge without a policy: everything would look admitted", () => {
      refuses([write("")], /a\.yaml: there is no ImageVerifyPolicy or ClusterImageVerifyPolicy$/);
      mkdirSync(join(folder, "none"));
      refuses([join(folder, "none")], /none: there is no ImageVerifyPolicy/);
      refuses([write("kind: Namespace\nmetadata: {name: a}\n")], /there is no ImageVerifyPolicy/);
    });

    it("refuses two policies of one name, of which a cluster would keep one", () => {
      const first = write(readFileSync("examples/cluster-policy.yaml", "utf8"));
      copyFileSync(first, join(folder, "b.yaml"));
      refuses(
        [folder],
        /b\.yaml: ClusterImageVerifyPolicy "acme-release" is there in .*a\.yaml too: a cluster would keep one$/,
      );
    });

    it("refuses them in one file as well", () => {
      const text = readFileSync("examples/cluster-policy.yaml", "utf8");
      refuses([write(`${text}---\n${text}`)], /ClusterImageVerifyPolicy "acme-release" is there twice: /);
    });

    it("refuses a path that is not there", () => {
      assert.throws(() => readPolicySets([join(folder, "none")]), { code: "ENOENT" });
    });
  });

  it("toYaml() prints rows", () => {
    assert.equal(toYaml([{ image: "a", verdict: "Pass" }]), "- image: a\n  verdict: Pass\n");
  });
});
