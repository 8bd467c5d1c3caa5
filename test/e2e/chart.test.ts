/**
 * The chart by both Helms: it lints, renders with many sets of values what a real API server takes as it stands, refuses
 * values that are wrong, and each of its values changes what is rendered.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { chartFolder, helmNames, makeHelm, type Helm } from "../support/testbed/helm.ts";
import { startKubernetes, type Cluster } from "../support/testbed/kubernetes.ts";
import { makeTemporaryDir, mustSucceed } from "../support/testbed/process.ts";
import { programsOrSkip, type Programs } from "../support/testbed/programs.ts";
import { LIVE, REFUSED, VALUE_SETS } from "./chart-values.ts";

const TEMPLATE = ["template", "sealgate", chartFolder, "--namespace", "sealgate", "--kube-version", "1.36"];
function nested(path: string, value: unknown): object {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

/** The paths of the values as the file writes them: lists and empty objects are one value each. */
function leavesOf(value: unknown, path = ""): readonly string[] {
  const isBranch = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isBranch || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === "" ? key : `${path}.${key}`));
}

describe("chart", () => {
  let programs: Programs;
  let dir: string;
  let helms: Readonly<Record<(typeof helmNames)[number], Helm>>;
  before("find both Helms", function () {
    programs = programsOrSkip(this);
    dir = makeTemporaryDir("chart");
    helms = { helmV3: makeHelm(programs, "helmV3", { dir }), helmV4: makeHelm(programs, "helmV4", { dir }) };
  });

  /** -f arguments. */
  function values(...all: readonly object[]): readonly string[] {
    return all.flatMap((each, i) => {
      const file = join(dir, `values-${i}.json`);
      writeFileSync(file, JSON.stringify(each));
      return ["-f", file];
    });
  }

  for (const name of helmNames) {
    it(`lints by ${name}`, async () => {
      assert.match(await helms[name].must("lint", "--strict", chartFolder), /0 chart\(s\) failed/);
    });
  }

  it("renders the same by both", async () => {
    const [three, four] = await Promise.all(helmNames.map((name) => helms[name].must(...TEMPLATE)));
    const documents = (text: string | undefined): readonly string[] =>
      (text ?? "")
        .split(/^---\n/mu)
        .map((each) => each.trim())
        .toSorted();
    assert.deepEqual(documents(four), documents(three));
  });

  describe("against an API server", () => {
    let cluster: Cluster;
    before("start it, with cert-manager's kinds", async () => {
      cluster = await startKubernetes({ programs });
      const kinds = ["Certificate", "Issuer"].map((kind) => {
        const plural = `${kind.toLowerCase()}s`;
        const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
        return {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: `${plural}.cert-manager.io` },
          spec: {
            group: "cert-manager.io",
            scope: "Namespaced",
            names: { kind, plural },
            versions: [{ name: "v1", served: true, storage: true, schema }],
          },
        };
      });
      const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: kinds });
      mustSucceed("kinds", await cluster.kubectl(["create", "-f", "-"], { stdin }));
      mustSucceed("namespace", await cluster.kubectl(["create", "namespace", "sealgate"]));
      const wait = ["wait", "--for=condition=Established", "crds", "--all", "--timeout=30s"];
      mustSucceed("established", await cluster.kubectl(wait));
    });
    after("stop it", () => cluster?.stop());

    for (const [what, set] of Object.entries(VALUE_SETS)) {
      it(`takes ${what}`, async () => {
        const stdin = await helms.helmV4.must(...TEMPLATE, ...values(set));
        const args = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
        mustSucceed(what, await cluster.kubectl(args, { stdin }));
      });
    }
  });

  for (const [what, [set, said]] of Object.entries(REFUSED)) {
    it(`refuses ${what}, and says which`, async () => {
      for (const name of helmNames) {
        const { code, stderr } = await helms[name].run(...TEMPLATE, ...values(set));
        assert.notEqual(code, 0, name);
        assert.match(stderr, said);
      }
    });
  }

  describe("every value is live", () => {
    let usual: string;
    before("render it as it is", async () => {
      usual = await helms.helmV4.must(...TEMPLATE);
    });
    for (const [path, { with: base, to }] of Object.entries(LIVE)) {
      it(path, async () => {
        const before = base === undefined ? usual : await helms.helmV4.must(...TEMPLATE, ...values(base));
        const after = await helms.helmV4.must(...TEMPLATE, ...values(base ?? {}, nested(path, to)));
        assert.notEqual(after, before);
      });
    }

    it("and has a row here", () => {
      const written = parse(readFileSync(join(chartFolder, "values.yaml"), "utf8")) as unknown;
      assert.deepEqual(leavesOf(written).toSorted(), Object.keys(LIVE).toSorted());
    });
  });
});
