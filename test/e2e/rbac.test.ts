/**
 * What the program may do in a cluster is what it does there, verb by verb: the table below, the roles that the chart makes,
 * and the calls that the API server's audit log has of it are the same. Who adds a call to the API server adds its row, the
 * rule in charts/, and, unless it is made anyway, what makes the program do it.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installChart, type Installation } from "../support/testbed/installation.ts";
import { eventually, makeTemporaryDir } from "../support/testbed/process.ts";
import { programsOrSkip, repositoryRoot } from "../support/testbed/programs.ts";
import { releaseName, releaseNamespace } from "../support/testbed/release.ts";

interface Right {
  /** "cluster" or "own" (namespace), the resource with its group, and after a slash the only name that it is for. */
  readonly on: string;
  readonly verbs: readonly string[];
  /** The file under src/ that makes the call. */
  readonly calledBy: string;
}

const ADMISSION = "admissionregistration.k8s.io";
const RIGHTS: readonly Right[] = [
  { on: "cluster imageverifypolicies.sealgate.dev", verbs: ["list", "watch"], calledBy: "kubernetes/policy-watch.ts" },
  {
    on: "cluster clusterimageverifypolicies.sealgate.dev",
    verbs: ["list", "watch"],
    calledBy: "kubernetes/policy-watch.ts",
  },
  {
    on: "cluster imageverifyexceptions.sealgate.dev",
    verbs: ["list", "watch"],
    calledBy: "kubernetes/policy-watch.ts",
  },
  { on: "cluster trustroots.sealgate.dev", verbs: ["list", "watch"], calledBy: "kubernetes/policy-watch.ts" },
  ...["imageverifypolicies", "clusterimageverifypolicies", "imageverifyexceptions", "trustroots"].map((kind) => ({
    on: `cluster ${kind}/status.sealgate.dev`,
    verbs: ["patch"],
    calledBy: "kubernetes/status-writer.ts",
  })),
  { on: "cluster namespaces", verbs: ["list", "watch"], calledBy: "kubernetes/policy-watch.ts" },
  {
    on: `cluster mutatingwebhookconfigurations.${ADMISSION}/sealgate`,
    verbs: ["get", "patch"],
    calledBy: "kubernetes/ca-bundle.ts",
  },
  {
    on: `cluster validatingwebhookconfigurations.${ADMISSION}/sealgate`,
    verbs: ["get", "patch"],
    calledBy: "kubernetes/ca-bundle.ts",
  },
  {
    on: `cluster validatingwebhookconfigurations.${ADMISSION}/sealgate-templates`,
    verbs: ["get", "patch"],
    calledBy: "kubernetes/ca-bundle.ts",
  },
  {
    on: "own secrets/sealgate-ca",
    verbs: ["get", "list", "update", "watch"],
    calledBy: "kubernetes/managed-certificates.ts",
  },
  { on: "own leases.coordination.k8s.io/sealgate", verbs: ["get", "update"], calledBy: "kubernetes/lease.ts" },
  { on: "own configmaps", verbs: ["list", "watch"], calledBy: "kubernetes/root-texts.ts" },
  { on: "cluster events.events.k8s.io", verbs: ["create", "patch"], calledBy: "kubernetes/events.ts" },
];

const REFUSED_AND_EXCEPTED = [
  {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: "elsewhere" },
    spec: { verifyImages: [{ name: "elsewhere", imageReferences: ["refused.example/*"], static: { action: "Fail" } }] },
  },
  {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ImageVerifyException",
    metadata: { name: "elsewhere" },
    spec: {
      policies: [{ name: "elsewhere" }],
      namespaces: ["prod"],
      images: ["refused.example/acme/web"],
      reason: "to see what is told of it",
      expires: new Date(Date.now() + 3_600_000).toISOString(),
    },
  },
];

const TRUST_ROOT_ELSEWHERE = {
  apiVersion: "sealgate.dev/v1alpha1",
  kind: "TrustRoot",
  metadata: { name: "stored" },
  spec: { configMap: { name: "acme-sigstore", key: "trusted_root.json" } },
};

/** What makes it do what it does not do by itself in its first seconds. */
const OCCASIONS: Readonly<Record<string, (kubectl: Installation["kubectl"]) => Promise<unknown>>> = {
  "a rotation writes the Secret": (kubectl) =>
    kubectl("-n", releaseNamespace, "annotate", "secret", `${releaseName}-ca`, "sealgate.dev/rotate=1"),
  "an object of each kind is told of": async (kubectl) => {
    await kubectl("create", "namespace", "prod");
    const files = ["namespaced-policy", "cluster-policy", "exception", "trust-root"];
    await kubectl("apply", ...files.flatMap((name) => ["-f", join(repositoryRoot(), "examples", `${name}.yaml`)]));
  },
  "a trust root names a ConfigMap": async (kubectl) => {
    const file = join(makeTemporaryDir("trust-root"), "object.json");
    writeFileSync(file, JSON.stringify(TRUST_ROOT_ELSEWHERE));
    await kubectl("apply", "-f", file);
  },
  "uses of an exception make an event, and a series of it": async (kubectl) => {
    const file = join(makeTemporaryDir("exception"), "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: REFUSED_AND_EXCEPTED }));
    await kubectl("apply", "-f", file);
    for (const name of ["one", "two"]) {
      await eventually(`pod ${name} is excepted`, async () => {
        const args = ["-n", "prod", "run", name, "--image=refused.example/acme/web:1"];
        return await kubectl(...args).then(
          () => true,
          () => false,
        );
      });
    }
  },
  "a configuration that is gone makes an event": (kubectl) =>
    kubectl("delete", "mutatingwebhookconfiguration", releaseName),
};

const USER = `system:serviceaccount:${releaseNamespace}:${releaseName}`;
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata", users: [USER] }, { level: "None" }],
};

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Each verb on each thing, a line each. */
function linesOf(where: "cluster" | "own", rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        (resourceNames ?? [""]).flatMap((name) => verbs.map((verb) => lineOf({ where, group, resource, name, verb }))),
      ),
    ),
  );
}

interface Call {
  readonly where: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly verb: string;
}

const lineOf = ({ where, group, resource, name, verb }: Call): string =>
  `${where} ${resource}${group === "" ? "" : `.${group}`}${name === "" ? "" : `/${name}`} ${verb}`;

interface AuditEvent {
  readonly verb: string;
  readonly objectRef: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

const sorted = (lines: Iterable<string>): readonly string[] =>
  [...new Set(lines)].toSorted((a, b) => a.localeCompare(b));

describe("the program's rights", () => {
  let installation: Installation;
  let log: string;
  const table = sorted(RIGHTS.flatMap(({ on, verbs }) => verbs.map((verb) => `${on} ${verb}`)));

  before("install, with an audit log of the program's calls", async function () {
    const programs = programsOrSkip(this);
    const dir = makeTemporaryDir("audit");
    log = join(dir, "audit.log");
    const policy = join(dir, "policy.json");
    writeFileSync(policy, JSON.stringify(AUDIT_POLICY));
    // Where one watch begins with all there is, nothing is listed: older API servers cannot do that.
    const isOlder = "--feature-gates=WatchList=false";
    const apiServerArguments = [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, isOlder];
    installation = await installChart(programs, { apiServerArguments });
  });
  after("stop it", () => installation?.stop());

  const events = (): readonly AuditEvent[] =>
    readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditEvent);

  /** As a line of the table: by name where the table has it by name. */
  function called({ verb, objectRef }: AuditEvent): string {
    const { resource, subresource, apiGroup: group = "", namespace = "", name = "" } = objectRef;
    const where = namespace === "" ? "cluster" : namespace === releaseNamespace ? "own" : namespace;
    const call = {
      where,
      group,
      verb,
      name,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    };
    // What a ClusterRole grants is granted in each namespace.
    const possible = [where, "cluster"].flatMap((each) =>
      [name, ""].map((by) => lineOf({ ...call, where: each, name: by })),
    );
    return possible.find((line) => table.includes(line)) ?? lineOf(call);
  }

  it("are those of the table, by the chart's roles", async () => {
    const rulesOf = async (...args: readonly string[]): Promise<readonly Rule[]> =>
      (JSON.parse(await installation.kubectl(...args, "-o", "json")) as { rules: readonly Rule[] }).rules;
    const granted = [
      ...linesOf("cluster", await rulesOf("get", "clusterrole", releaseName)),
      ...linesOf("own", await rulesOf("-n", releaseNamespace, "get", "role", releaseName)),
    ];
    assert.deepEqual(sorted(granted), table);
  });

  it("are all used, and nothing beyond them is tried", async () => {
    const carries = ["get", "mutatingwebhookconfiguration", releaseName, "-o", "jsonpath={..caBundle}"];
    await eventually("the CA is applied", async () => (await installation.kubectl(...carries)) !== "");
    for (const work of Object.values(OCCASIONS)) await work(installation.kubectl);
    const missing = (): readonly string[] => {
      const used = new Set(events().map(called));
      return table.filter((line) => !used.has(line));
    };
    await eventually("every right is used", () => Promise.resolve(missing().length === 0)).catch(() => undefined);
    assert.deepEqual(missing(), []);
    assert.deepEqual(sorted(events().map(called)), table);
    const forbidden = events().filter((event) => event.annotations?.["authorization.k8s.io/decision"] !== "allow");
    assert.deepEqual(forbidden.map(called), []);
  });

  it("are asked for by files that are there", () => {
    for (const { calledBy } of RIGHTS) assert.ok(existsSync(join(repositoryRoot(), "src", calledBy)), calledBy);
  });

  it("include reading Secrets of the own namespace, for pull secrets and keys, and writing none but its own", async () => {
    for (const [verb, answer] of [
      ["get", /^yes/u],
      ["list", /^yes/u],
      ["watch", /^yes/u],
      ["update", /^no/u],
      ["create", /^no/u],
    ] as const) {
      const args = ["-n", releaseNamespace, "auth", "can-i", verb, "secrets", `--as=${USER}`];
      assert.match((await installation.cluster.kubectl(args)).stdout, answer, verb);
    }
  });

  it("are in the namespace of the release alone, and neither secrets nor pods of others", async () => {
    const asked = ["get secrets --all-namespaces", "create pods", "delete validatingwebhookconfigurations"];
    for (const question of asked) {
      const args = ["auth", "can-i", ...question.split(" "), `--as=${USER}`];
      assert.match((await installation.cluster.kubectl(args)).stdout, /^no/u, question);
    }
  });
});
