/**
 * The chart by both Helms: it lints, renders with many sets of values what a real API server takes as it stands, refuses
 * values that are wrong, and each of its values changes what is rendered.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { documentedValues } from "./chart-examples.ts";
import { chartFolder, helmNames, makeHelm, type Helm } from "../support/testbed/helm.ts";
import { startKubernetes, type Cluster } from "../support/testbed/kubernetes.ts";
import { makeTemporaryDir, mustSucceed } from "../support/testbed/process.ts";
import { programsOrSkip, type Programs } from "../support/testbed/programs.ts";

const TEMPLATE = ["template", "sealgate", chartFolder, "--namespace", "sealgate", "--kube-version", "1.36"];
const DIGEST = `sha256:${"ab".repeat(32)}`;
const FILES = { mode: "files", files: { secret: "s", caBundle: "PEM" } };

/** Ways to install it: sixteen, and those of the pages. */
const VALUE_SETS: Readonly<Record<string, object>> = {
  ...documentedValues(),
  defaults: {},
  "one replica to try it": { replicas: 1, podDisruptionBudget: { enabled: false }, priorityClassName: "" },
  "cert-manager with an issuer made for it": { tls: { mode: "certManager" } },
  "cert-manager with an issuer of one's own": {
    tls: { mode: "certManager", certManager: { issuerRef: { name: "corp", kind: "ClusterIssuer" } } },
  },
  "a certificate of one's own": { tls: FILES },
  "API servers with a client certificate": {
    callers: { clientCertificateSecret: "callers", commonNames: ["kube-apiserver"] },
  },
  "API servers with a bearer token": { callers: { bearerTokenSecret: "callers" } },
  autoscaling: { autoscaling: { enabled: true, maxReplicas: 20 } },
  "digests required": { requireDigests: { enabled: true, validationActions: ["Warn", "Audit"] } },
  "validation of pods alone": {
    webhook: {
      mutating: { enabled: false },
      podControllers: false,
      deleteAtUninstall: false,
      failurePolicy: "Ignore",
      timeoutSeconds: 5,
    },
  },
  "no kinds, no aggregation, no network policy": {
    crds: { install: false },
    rbac: { aggregate: false },
    networkPolicy: { enabled: false },
  },
  "an image of one's own registry": {
    image: { repository: "registry.example:5000/sealgate", digest: DIGEST, pullPolicy: "Always" },
    imagePullSecrets: ["pull"],
    plainHttp: ["registry.example:5000"],
    allowPrivate: ["registry.example:5000"],
  },
  "pull secrets of the namespace": { pullSecrets: { namespaces: ["default", "sealgate"] } },
  "scheduling by hand": {
    nodeSelector: { pool: "system" },
    tolerations: [{ key: "system", operator: "Exists" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "Exists" }] }],
        },
      },
    },
    topologySpread: { whenUnsatisfiable: "DoNotSchedule" },
    hostNetwork: true,
  },
  "keys in Secrets of other namespaces": {
    secretNamespaces: ["default"],
    rbac: { keySecretNamespaces: ["default", "kube-public"], keySecretNames: ["release"] },
  },
  "trust roots and closed networks": {
    config: { builtInTrustRoots: ["github"] },
    excludeNamespaces: ["kyverno"],
    networkPolicy: {
      webhookFrom: [{ ipBlock: { cidr: "10.0.0.0/16" } }],
      operationsFrom: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
    },
  },
};

interface Change {
  readonly with?: object;
  readonly to: unknown;
}
const certManager = { tls: { mode: "certManager" } };
const A_VOLUME = { name: "a", emptyDir: {} };
const identified = { callers: { clientCertificateSecret: "s", commonNames: ["a"] } };
const autoscaled = { autoscaling: { enabled: true } };

/** Every value, and another that changes what is rendered. */
const LIVE: Readonly<Record<string, Change>> = {
  "image.repository": { to: "other" },
  "image.tag": { to: "9" },
  "image.digest": { to: DIGEST },
  "image.pullPolicy": { to: "Never" },
  imagePullSecrets: { to: ["a"] },
  fullnameOverride: { to: "other" },
  replicas: { to: 4 },
  "resources.requests.cpu": { to: "1" },
  "resources.requests.memory": { to: "1Gi" },
  "resources.limits.memory": { to: "1Gi" },
  maxHeapMiB: { to: 100 },
  podAnnotations: { to: { a: "b" } },
  podLabels: { to: { a: "b" } },
  nodeSelector: { to: { a: "b" } },
  tolerations: { to: [{ operator: "Exists" }] },
  affinity: { to: { nodeAffinity: {} } },
  "topologySpread.enabled": { to: false },
  "topologySpread.whenUnsatisfiable": { to: "DoNotSchedule" },
  priorityClassName: { to: "" },
  hostNetwork: { to: true },
  "serviceAccount.annotations": { to: { a: "b" } },
  env: { to: [{ name: "A", value: "b" }] },
  volumes: { to: [{ name: "a", emptyDir: {} }] },
  volumeMounts: { with: { volumes: [A_VOLUME] }, to: [{ name: "a", mountPath: "/a" }] },
  logLevel: { to: "debug" },
  drainSeconds: { to: 1 },
  staleSeconds: { to: 60 },
  plainHttp: { to: ["a:1"] },
  allowPrivate: { to: ["a:1"] },
  "pullSecrets.namespaces": { to: ["prod"] },
  config: { to: { builtInTrustRoots: [] } },
  "tls.mode": { to: "certManager" },
  "tls.selfManaged.authorityLifetime": { to: "9000h" },
  "tls.selfManaged.renewBefore": { to: "1000h" },
  "tls.selfManaged.leafLifetime": { to: "100h" },
  "tls.selfManaged.distributionWait": { to: "1m" },
  "tls.selfManaged.overlapWait": { to: "200h" },
  "tls.certManager.issuerRef": { with: certManager, to: { name: "a" } },
  "tls.certManager.duration": { with: certManager, to: "100h" },
  "tls.files.secret": { with: { tls: FILES }, to: "other" },
  "tls.files.caBundle": { with: { tls: FILES }, to: "OTHER" },
  "callers.clientCertificateSecret": { with: identified, to: "other" },
  "callers.commonNames": { with: identified, to: ["b"] },
  "callers.bearerTokenSecret": { to: "other" },
  "webhook.failurePolicy": { to: "Ignore" },
  "webhook.timeoutSeconds": { to: 3 },
  "webhook.mutating.enabled": { to: false },
  "webhook.mutating.failurePolicy": { to: "Fail" },
  "webhook.podControllers": { to: false },
  "webhook.deleteAtUninstall": { to: false },
  "webhook.port": { to: 444 },
  excludeNamespaces: { to: ["a"] },
  "podDisruptionBudget.enabled": { to: false },
  "podDisruptionBudget.maxUnavailable": { to: "50%" },
  "autoscaling.enabled": { to: true },
  "autoscaling.minReplicas": { with: autoscaled, to: 4 },
  "autoscaling.maxReplicas": { with: autoscaled, to: 11 },
  "autoscaling.targetCPUUtilizationPercentage": { with: autoscaled, to: 50 },
  "networkPolicy.enabled": { to: false },
  "networkPolicy.webhookFrom": { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] },
  "networkPolicy.operationsFrom": { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] },
  "requireDigests.enabled": { to: true },
  "requireDigests.validationActions": { with: { requireDigests: { enabled: true } }, to: ["Audit"] },
  "crds.install": { to: false },
  "crds.keep": { to: false },
  "rbac.aggregate": { to: false },
  secretNamespaces: { to: ["shared"] },
  "rbac.keySecretNamespaces": { to: ["team-a"] },
  "rbac.keySecretNames": { to: ["release"] },
};

const REFUSED: Readonly<Record<string, object>> = {
  "an unknown value": { replica: 3 },
  "an unknown member": { webhook: { failPolicy: "Fail" } },
  "a wrong type": { replicas: "three" },
  "a word that is none of its own": { webhook: { failurePolicy: "Maybe" } },
  "files without their Secret": { tls: { mode: "files", files: { caBundle: "PEM" } } },
  "files without their CA": { tls: { mode: "files", files: { secret: "s" } } },
  "client certificates without names": { callers: { clientCertificateSecret: "s" } },
  "both ways to know an API server": {
    callers: { clientCertificateSecret: "s", commonNames: ["a"], bearerTokenSecret: "t" },
  },
  "callers as a member of the configuration": { config: { callers: {} } },
  "a namespace that is none": { pullSecrets: { namespaces: ["*"] } },
  "a digest that is none": { image: { digest: "latest" } },
  "the chart's own part of the configuration": { config: { tls: {} } },
  "what a value of its own says": { config: { secretNamespaces: ["a"] } },
  "a namespace of keys that is none": { secretNamespaces: ["*"] },
  "a Lease that is not the chart's": { config: { leaderElection: {} } },
  "another word on templates than the chart's": { config: { podControllers: false } },
};

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

  for (const [what, set] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => {
      for (const name of helmNames) {
        const { code } = await helms[name].run(...TEMPLATE, ...values(set));
        assert.notEqual(code, 0, name);
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
