/**
 * Controllers behind the webhook: what is refused shows where an operator looks, what is fine rolls out, and a namespace
 * goes while everything is refused. Templates are not looked at here, so that all of it happens to the pods.
 */
import assert from "node:assert/strict";
import { namespace } from "../support/testbed/objects.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { controller } from "../support/testbed/workloads.ts";
import { becomes, CRON_NAMESPACE, FINE, refusal, REFUSED, useInstallation, type Installation } from "./installation.ts";

const IN = CRON_NAMESPACE;
const DOOMED = "doomed";

describe("controllers", () => {
  let installation: Installation;
  let kubectl: Installation["kubectl"];

  before("install, make the policy, have a namespace begin to go in which everything is refused", async function () {
    installation = await useInstallation(programsOrSkip(this));
    ({ kubectl } = installation);
    await installation.apply(namespace(DOOMED), refusal(IN, { namespaces: [IN], podControllers: [] }));
    await becomes(installation, "denied", IN, REFUSED);
    for (const kind of ["Deployment", "StatefulSet", "Job", "CronJob"]) {
      await installation.apply(controller(kind, { namespace: DOOMED, image: FINE }));
    }
    await eventually("their pods", async () => (await kubectl("-n", DOOMED, "get", "pods", "-o", "name")).length > 0);
    await installation.apply(refusal("all", { namespaces: [DOOMED], imageReferences: ["*"] }));
    await becomes(installation, "denied", DOOMED, FINE);
    await kubectl("delete", "namespace", DOOMED, "--wait=false");
  });

  const podsOf = async (label: string): Promise<readonly string[]> =>
    (await kubectl("-n", IN, "get", "pods", "-l", label, "-o", "name")).split("\n").filter((name) => name !== "");
  /** As the kubelet would say it. */
  const becomesReal = async (pod: string, status: object): Promise<void> => {
    await kubectl("-n", IN, "patch", pod, "--subresource=status", "-p", JSON.stringify({ status }));
  };
  const READY = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

  it("a denied ReplicaSet carries our message in its FailedCreate event", async () => {
    await installation.apply(controller("Deployment", { namespace: IN, image: REFUSED, name: "bad" }));
    const path = "jsonpath={range .items[*]}{.involvedObject.kind} {.message}{'\\n'}{end}";
    const args = ["-n", IN, "get", "events", "--field-selector=reason=FailedCreate", "-o", path];
    let events = "";
    await eventually("the event", async () => {
      events = await kubectl(...args);
      return events.includes("ReplicaSet");
    });
    assert.match(events, /^ReplicaSet .*denied the request: Image "refused\.example\/acme\/web:1/mu);
    assert.match(events, /denied by ClusterImageVerifyPolicy "rolling", rule "elsewhere"/u);
    assert.match(events, /RefusedByRule \(policy\): not from there/u);
    await kubectl("-n", IN, "delete", "deployment", "bad");
  });

  it("a Deployment rolls out, and to another image", async () => {
    const spec = { replicas: 2 };
    await installation.apply(controller("Deployment", { namespace: IN, image: FINE, name: "good", spec }));
    for (const image of [FINE, "fine.example/acme/web:2"]) {
      await kubectl("-n", IN, "set", "image", "deployment/good", `web=${image}`);
      const rollout = ["-n", IN, "rollout", "status", "deployment/good", "--timeout=1s"];
      await eventually("it is rolled out", async () => {
        for (const each of await podsOf("app=web")) await becomesReal(each, READY);
        return (await installation.cluster.kubectl(rollout)).code === 0;
      });
    }
    await kubectl("-n", IN, "delete", "deployment", "good");
  });

  it("a Job makes its pod and completes", async () => {
    await installation.apply(controller("Job", { namespace: IN, image: FINE, name: "once" }));
    await eventually("its pod", async () => (await podsOf("job-name=once")).length === 1);
    for (const each of await podsOf("job-name=once")) await becomesReal(each, { phase: "Succeeded" });
    await kubectl("-n", IN, "wait", "--for=condition=complete", "job/once", "--timeout=60s");
  });

  it("a namespace goes while everything is refused, its pods and controllers with it", async () => {
    await eventually("it is gone", async () => (await installation.cluster.kubectl(["get", "ns", DOOMED])).code === 1);
  });

  it("a CronJob makes a Job and its pod in its minute", async () => {
    const named = /^pod\/each-minute-/u;
    const isMade = async (): Promise<boolean> => (await podsOf("job-name")).some((name) => named.test(name));
    await eventually("the pod of its minute", isMade, 90_000);
  });
});
