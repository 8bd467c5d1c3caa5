/**
 * The pods that the chart makes of itself: Pod Security's "restricted" takes them, as the notes have the namespace labelled,
 * and the PodDisruptionBudget lets one go at a time.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartFolder } from "../support/testbed/helm.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { releaseName, releaseNamespace } from "../support/testbed/release.ts";
import { useInstallation, type Installation } from "./installation.ts";

const LABEL = "pod-security.kubernetes.io/warn";
const READY = JSON.stringify({
  status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});

describe("the chart's own pods", () => {
  let installation: Installation;
  let kubectl: Installation["kubectl"];
  before("install", async function () {
    installation = await useInstallation(programsOrSkip(this));
    ({ kubectl } = installation);
    await kubectl("label", "namespace", releaseNamespace, `${LABEL}=restricted`);
  });

  after("take the label away", async () => {
    await installation?.cluster.kubectl(["label", "namespace", releaseNamespace, `${LABEL}-`]);
  });

  /** What the API server warns of when it is given the Deployment and the Job of the chart. */
  async function warnings(...set: readonly string[]): Promise<string> {
    const only = ["deployment", "uninstall"].map((name) => `--show-only=templates/${name}.yaml`);
    const place = `--namespace=${releaseNamespace}`;
    const text = await installation.helm.must("template", "other", chartFolder, place, ...only, ...set);
    const args = ["create", "--dry-run=server", "-f", "-"];
    const { code, stderr } = await installation.cluster.kubectl(args, { stdin: text });
    assert.equal(code, 0, stderr);
    return stderr;
  }

  it("are taken by Pod Security's restricted", async () => {
    assert.equal(await warnings(), "");
    const set = "callers.bearerTokenSecret=token,tls.mode=certManager";
    assert.equal(await warnings(`--set=${set}`), "");
  });

  it("are not with hostNetwork, as values.yaml says", async () => {
    assert.match(
      await warnings("--set=hostNetwork=true"),
      /would violate PodSecurity "restricted:latest": host namespaces/u,
    );
  });

  const pods = async (): Promise<readonly string[]> =>
    (
      await kubectl(
        "-n",
        releaseNamespace,
        "get",
        "pods",
        "-l",
        `app.kubernetes.io/instance=${releaseName}`,
        "-o",
        "name",
      )
    )
      .split("\n")
      .filter((name) => name !== "");
  const budget = async (member: string): Promise<string> =>
    await kubectl("-n", releaseNamespace, "get", "pdb", releaseName, "-o", `jsonpath={.status.${member}}`);
  const evict = async (pod: string): Promise<string> => {
    const name = pod.replace("pod/", "");
    const file = join(installation.cluster.dir, "eviction.json");
    const metadata = { name, namespace: releaseNamespace };
    writeFileSync(file, JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata }));
    const path = `/api/v1/namespaces/${releaseNamespace}/pods/${name}/eviction`;
    return (await installation.cluster.kubectl(["create", "--raw", path, "-f", file])).stderr;
  };

  it("may be evicted one at a time", async () => {
    // Upgrades before this left pods of several templates, of which none becomes ready without a kubelet.
    const label = `app.kubernetes.io/instance=${releaseName}`;
    await kubectl("-n", releaseNamespace, "delete", "replicasets", "-l", label, "--cascade=foreground");
    await eventually("three pods", async () => (await pods()).length === 3);
    const [first = "", second = "", ...others] = await pods();
    for (const pod of [first, second, ...others]) {
      await kubectl("-n", releaseNamespace, "patch", pod, "--subresource=status", "-p", READY);
    }
    await eventually("one may go", async () => (await budget("disruptionsAllowed")) === "1");
    assert.equal(await budget("expectedPods"), "3");
    assert.equal(await evict(first), "");
    await eventually("it is replaced", async () => !(await pods()).includes(first) && (await pods()).length === 3);
    assert.match(await evict(second), /disruption budget/u);
  });

  it("stay as many as they are when the autoscaler takes over, and at the upgrades after that", async () => {
    const replicas = async (): Promise<string> =>
      await kubectl("-n", releaseNamespace, "get", "deployment", releaseName, "-o", "jsonpath={.spec.replicas}");
    const autoscaling = { enabled: true };
    const scale = async (to: number): Promise<string> =>
      await kubectl("-n", releaseNamespace, "scale", "deployment", releaseName, `--replicas=${to}`);
    await installation.upgrade({ autoscaling });
    assert.equal(await replicas(), "3");
    await scale(4);
    await installation.upgrade({ autoscaling, podAnnotations: { upgraded: "yes" } });
    assert.equal(await replicas(), "4");
    await scale(3);
    await installation.upgrade();
    assert.equal(await replicas(), "3");
  });
});
