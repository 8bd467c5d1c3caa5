// Policies from files: every fault at start, the last good of a file that breaks later, and compilation anew.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyDirectory, PolicyFilesError } from "../../src/config/policy-directory.ts";
import type { Compilers } from "../../src/ports/policies.ts";
import { parseRoot, smallRoot } from "../sigstore/roots.ts";

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

const ROOT = {
  material: parseRoot(smallRoot()),
  requires: { transparencyLog: true, signedCertificateTimestamp: false, timestamp: false },
};

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
          `${join(folder, "a.yaml")}:1: kind "Deployment" is not one of ImageVerifyPolicy, ClusterImageVerifyPolicy, ImageVerifyException, TrustRoot, Namespace, Secret, ConfigMap`,
          `${join(folder, "b.yaml")}:2: Map keys must be unique`,
        ]);
        return true;
      },
    );
  });

  it("takes exceptions, and names what is wrong with one", async () => {
    const exception = readFileSync(join(EXAMPLES, "exception.yaml"), "utf8");
    writeFileSync(join(folder, "exception.yaml"), exception.replace("hotfix", "another"));
    await afterChange(() => writeFileSync(join(folder, "exception.yaml"), exception));
    assert.deepEqual(
      directory?.snapshot().exceptions.map(({ name, errors }) => [name, errors.length]),
      [["hotfix-4711", 0]],
    );
    writeFileSync(join(folder, "wrong.yaml"), exception.replace("reason:", "because:"));
    assert.throws(
      () => new PolicyDirectory({ folder, compile, onChange: () => undefined }),
      /wrong\.yaml:\d+: spec\.reason: is required.*\n.*wrong\.yaml:\d+: spec\.because: is unknown/u,
    );
  });

  it("has keys in Secrets beside the policies, and in no others", async () => {
    const pem = readFileSync(join(EXAMPLES, "keys", "release-key.yaml"), "utf8");
    const found = (): readonly unknown[] => {
      const reasons: unknown[] = [];
      const watched = new PolicyDirectory({
        folder,
        compile: {
          ...compile,
          policy: (resource, roots, find) => {
            assert.ok(find);
            for (const [namespace, name] of [
              ["sealgate", "release"],
              ["default", "release"],
              ["default", "bare"],
            ] as const) {
              const answer = find({ kind: "secret", namespace, name, key: "cosign.pub", owner: resource.kind });
              reasons.push(answer.kind === "none" ? answer.reason : answer.kind);
            }
            return compile.policy(resource, roots);
          },
        },
        onChange: () => undefined,
      });
      watched.close();
      return reasons;
    };
    writeFileSync(join(folder, "key.yaml"), pem);
    writeFileSync(join(folder, "bare.yaml"), "apiVersion: v1\nkind: Secret\nmetadata: {name: bare}\n");
    assert.deepEqual(found(), ["key", "the Secret does not exist", "the Secret has no such member"]);
    writeFileSync(join(folder, "bare.yaml"), "apiVersion: v1\nkind: Secret\nmetadata: {}\n");
    assert.throws(found, /bare\.yaml:1: metadata\.name is /);
  });

  it("has texts of trust roots in ConfigMaps and Secrets beside them, and in no others", () => {
    const write = (name: string, ...objects: readonly object[]): void =>
      writeFileSync(join(folder, name), objects.map((object) => JSON.stringify(object)).join("\n---\n"));
    const root = { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name: "acme" } };
    write("root.yaml", { ...root, spec: { configMap: { name: "roots", key: "a" } } });
    const metadata = { name: "roots", namespace: "sealgate" };
    write(
      "texts.yaml",
      { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "of a ConfigMap" } },
      { apiVersion: "v1", kind: "Secret", metadata, stringData: { a: "of a Secret" } },
    );
    const found: unknown[] = [];
    const watched = new PolicyDirectory({
      folder,
      compile: {
        ...compile,
        trustRoot: (resource, find) => {
          assert.ok(find);
          const source = { kind: "ConfigMap", ...metadata, key: "a" } as const;
          for (const change of [{}, { kind: "Secret" }, { namespace: "default" }, { key: "b" }] as const) {
            const answer = find({ ...source, ...change });
            found.push(answer.kind === "none" ? answer.reason : answer.text);
          }
          return compile.trustRoot(resource);
        },
      },
      onChange: () => undefined,
    });
    watched.close();
    const missing = ["the ConfigMap does not exist", "the ConfigMap has no such member"];
    assert.deepEqual(found, ["of a ConfigMap", "of a Secret", ...missing]);
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

  it("says of a file that never was right that it is not in force, and keeps the others", async () => {
    const detail = await afterChange(() => writeFileSync(join(folder, "new.yaml"), "kind: [\n"));
    assert.equal(names().length, 1);
    assert.match(detail, /^1 policies of 1 files; not in force: .*new\.yaml:\d: /);
  });

  it("survives a file that is nested deep enough to break a stack", async () => {
    const detail = await afterChange(() => writeFileSync(join(folder, "cluster.yaml"), `a: ${"[".repeat(50_000)}`));
    assert.equal(names().length, 1);
    assert.match(detail, /; kept as it last was: /);
  });

  it("takes a broken file again once it is mended", async () => {
    const good = readFileSync(join(folder, "cluster.yaml"), "utf8");
    const details: string[] = [];
    await new Promise<void>((resolve) => {
      directory = new PolicyDirectory({
        folder,
        compile,
        onChange: (detail) => {
          details.push(detail);
          if (details.length === 1) writeFileSync(join(folder, "cluster.yaml"), good);
          else resolve();
        },
      });
      writeFileSync(join(folder, "cluster.yaml"), "kind: Deployment\n");
    });
    assert.match(details[0] ?? "", /kept as it last was/);
    assert.equal(details.at(-1), "1 policies of 1 files");
  });

  it("names the line of a field that is wrong, and refuses unknown fields", () => {
    const text = readFileSync(join(folder, "cluster.yaml"), "utf8");
    writeFileSync(join(folder, "cluster.yaml"), text.replace("verifyImages:", "unheardOf: 1\n  verifyImages:"));
    const line = text.split("\n").findIndex((each) => each.includes("verifyImages:")) + 1;
    assert.throws(
      () => new PolicyDirectory({ folder, compile, onChange: () => undefined }),
      (error) => {
        assert.ok(error instanceof PolicyFilesError);
        assert.match(error.message, /unheardOf/);
        const at = Number(/cluster\.yaml:(\d+): /.exec(error.message)?.[1]);
        assert.ok(Math.abs(at - line) <= 2, error.message);
        return true;
      },
    );
  });

  it("takes labels of Namespaces, which are strings", () => {
    writeFileSync(join(folder, "ns.yaml"), "kind: Namespace\nmetadata: {name: prod, labels: {env: prod}}\n");
    directory = new PolicyDirectory({ folder, compile, onChange: () => undefined });
    assert.equal(directory.snapshot().namespaceLabels("prod")?.get("env"), "prod");
    writeFileSync(join(folder, "ns.yaml"), "kind: Namespace\nmetadata: {name: prod, labels: {env: 1}}\n");
    assert.throws(
      () => new PolicyDirectory({ folder, compile, onChange: () => undefined }),
      /ns\.yaml:1: metadata\.labels\["env"\] is the number 1, want a string/,
    );
  });

  it("leaves hidden files, folders and other endings alone", () => {
    writeFileSync(join(folder, ".hidden.yaml"), "kind: Deployment\n");
    writeFileSync(join(folder, "README.md"), "kind: Deployment\n");
    mkdirSync(join(folder, "folder.yaml"));
    directory = new PolicyDirectory({ folder, compile, onChange: () => undefined });
    assert.equal(directory.detail(), "1 policies of 1 files");
  });

  it("forgets a file that goes", async () => {
    await afterChange(() => rmSync(join(folder, "cluster.yaml")));
    assert.deepEqual(names(), []);
  });

  it("compiles all of them again when it is told that a trust root changed", async () => {
    const details: string[] = [];
    let root = "first";
    directory = new PolicyDirectory({
      folder,
      compile: {
        ...compile,
        policy: (resource, roots) => ({ ...compile.policy(resource, roots), id: { kind: resource.kind, name: root } }),
      },
      onChange: (detail) => void details.push(detail),
    });
    root = "second";
    assert.deepEqual(names(), ["first"]);
    await directory.recompile();
    assert.deepEqual(names(), ["second"]);
    assert.deepEqual(details, ["1 policies of 1 files"]);
  });

  it("lets others have their turn after each policy, and swaps what is whole: those who ask meanwhile share one more", async () => {
    copyFileSync(join(EXAMPLES, "identities-policy.yaml"), join(folder, "identities.yaml"));
    const waiting: (() => void)[] = [];
    let compiled = 0;
    let root = "first";
    directory = new PolicyDirectory({
      folder,
      compile: {
        ...compile,
        policy: (resource, roots) => {
          compiled += 1;
          return { ...compile.policy(resource, roots), id: { kind: resource.kind, name: root } };
        },
      },
      turn: async () => await new Promise((resolve) => void waiting.push(resolve)),
      onChange: () => undefined,
    });
    assert.equal(compiled, 2);
    root = "second";
    const first = directory.recompile();
    await Promise.resolve();
    assert.deepEqual([compiled, names()], [3, ["first", "first"]]);
    root = "third";
    const others = [directory.recompile(), directory.recompile()];
    const all = Promise.all([first, ...others]).then(() => (waiting.length = 0));
    while (compiled < 6) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    waiting.shift()?.();
    await all;
    assert.deepEqual([compiled, names()], [6, ["third", "third"]]);
  });

  it("compiles policies with the trust roots of all files, and tells of those that are not ready", async () => {
    const seen: unknown[] = [];
    const write = (file: string, name: string, spec: object): void => {
      const object = { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name }, spec };
      writeFileSync(join(folder, file), JSON.stringify(object));
    };
    write("a-root.yaml", "acme", { publicGood: {} });
    write("b-root.yaml", "twice", { publicGood: {} });
    write("c-root.yaml", "twice", { github: {} });
    directory = new PolicyDirectory({
      folder,
      compile: {
        policy: (resource, roots) => {
          seen.push(["acme", "twice", "none"].map((name) => roots(name)?.root));
          return compile.policy(resource, roots);
        },
        trustRoot: ({ metadata: { name } }) => ({ name, root: ROOT, errors: [] }),
      },
      onChange: () => undefined,
    });
    assert.deepEqual(seen, [[ROOT, "not-ready", undefined]]);
    assert.deepEqual(
      directory.snapshot().trustRoots.map(({ name }) => name),
      ["acme", "twice"],
    );
    assert.equal(
      directory.detail(),
      "1 policies of 4 files; trust root twice is not ready: metadata.name: is the name of another TrustRoot too",
    );
  });

  it("names what is wrong with a trust root", () => {
    const text = "apiVersion: sealgate.dev/v1alpha1\nkind: TrustRoot\nmetadata: {name: a}\nspec:\n  inline: '{}'\n";
    writeFileSync(join(folder, "root.yaml"), text);
    assert.throws(
      () => new PolicyDirectory({ folder, compile, onChange: () => undefined }),
      /root\.yaml:5: spec\.inline: /,
    );
  });
});
