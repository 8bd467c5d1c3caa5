/**
 * The chart's webhooks while nobody answers: pods wait, everything else goes on, and the way out is open (kubernetes.md §19:
 * unconditionally reject on fail-closed, honour the timeout, configuration objects cannot be prevented from deletion).
 */
import assert from "node:assert/strict";
import { namespace, pod } from "../support/testbed/objects.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { releaseName, type Replica } from "../support/testbed/release.ts";
import { controller } from "../support/testbed/workloads.ts";
import { becomes, FINE, refusal, useInstallation, type Installation } from "./installation.ts";

const IN = "unanswered";
const finalizer = "testbed.example/hold";
const label = `app.kubernetes.io/instance=${releaseName}`;

describe("while nobody answers", () => {
  let installation: Installation;
  let kubectl: Installation["kubectl"];
  const web = (name: string): object => pod({ namespace: IN, name }, FINE);

  before("install, run a pod", async function () {
    installation = await useInstallation(programsOrSkip(this));
    ({ kubectl } = installation);
    await installation.apply(namespace(IN));
    await installation.apply(web("before"));
    await kubectl("-n", IN, "patch", "pod", "before", "-p", JSON.stringify({ metadata: { finalizers: [finalizer] } }));
  });

  describe("since the replica hangs", () => {
    let hanging: Replica;
    before("stop it", () => {
      [hanging] = installation.release.replicas() as [Replica];
      process.kill(hanging.process.pid, "SIGSTOP");
    });
    after("let it go on", async () => {
      process.kill(hanging.process.pid, "SIGCONT");
      await installation.upgrade();
      await becomes(installation, "admitted", IN, FINE);
    });

    it("a pod is refused after the chart's timeout, by failurePolicy Fail", async () => {
      await installation.upgrade({ webhook: { timeoutSeconds: 1 } });
      await eventually("the time-out is in force", async () => {
        const { code, stderr } = await installation.create(web("late"), "--dry-run=server");
        assert.equal(code, 1);
        return /failed calling webhook "images\.sealgate\.dev": .*timeout=1s.*(deadline|Timeout)/u.test(stderr);
      });
    });

    it("a pod is taken after it, by failurePolicy Ignore", async () => {
      await installation.upgrade({ webhook: { timeoutSeconds: 1, failurePolicy: "Ignore" } });
      await becomes(installation, "admitted", IN, FINE);
    });
  });

  describe("since there is no replica", () => {
    before("kill it", async () => {
      for (const replica of installation.release.replicas().slice()) await installation.release.kill(replica);
    });
    after("start another, put the configurations back", async () => {
      await installation.upgrade();
      await installation.release.start();
      await becomes(installation, "admitted", IN, FINE);
    });

    it("a pod is refused, and says that nobody answered", async () => {
      const { code, stderr } = await installation.create(web("refused"));
      assert.equal(code, 1);
      assert.match(stderr, /\(InternalError\): .*failed calling webhook "images\.sealgate\.dev"/u);
    });

    it("a template is taken, and its pods are made when somebody answers again", async () => {
      await installation.apply(controller("Deployment", { namespace: IN, image: FINE, name: "waiting" }));
      const args = ["-n", IN, "get", "events", "--field-selector=reason=FailedCreate", "-o", "json"];
      await eventually("FailedCreate", async () => (await kubectl(...args)).includes("failed calling webhook"));
    });

    it("a ConfigMap and a custom resource are made, changed and deleted", async () => {
      await kubectl("-n", IN, "create", "configmap", "settings", "--from-literal=a=b");
      await kubectl("-n", IN, "delete", "configmap", "settings");
      await installation.apply(refusal("unanswered", { namespaces: ["none"] }));
      await kubectl("delete", "clusterimageverifypolicy", "unanswered");
    });

    it("a running pod is labelled, its status written, its finalizer taken, and it goes", async () => {
      await kubectl("-n", IN, "label", "pod", "before", "a=b");
      await kubectl("-n", IN, "patch", "pod", "before", "--subresource=status", "-p", '{"status":{"phase":"Failed"}}');
      await kubectl("-n", IN, "delete", "pod", "before", "--wait=false");
      await kubectl("-n", IN, "patch", "pod", "before", "-p", '{"metadata":{"finalizers":null}}');
      assert.equal((await installation.cluster.kubectl(["-n", IN, "get", "pod", "before"])).code, 1);
    });

    it("a namespace goes", async () => {
      await installation.apply(namespace("goes-unanswered"));
      await kubectl("delete", "namespace", "goes-unanswered", "--timeout=60s");
    });

    it("the configurations can be deleted, and then pods are made freely", async () => {
      await kubectl("delete", "validatingwebhookconfigurations,mutatingwebhookconfigurations", "-l", label);
      await becomes(installation, "admitted", IN, FINE);
    });
  });

  // In a group of its own: mocha runs the tests of a group before the groups in it.
  describe("afterwards", () => {
    it("the pods of what was taken meanwhile are made", async () => {
      // Its controller tries ever more rarely; a change makes it try at once.
      await kubectl("-n", IN, "scale", "deployment", "waiting", "--replicas=2");
      await eventually("the pod", async () => {
        const args = ["-n", IN, "get", "pods", "-l", "app=web", "-o", "name"];
        return (await kubectl(...args)).includes("pod/waiting-");
      });
    });
  });
});
