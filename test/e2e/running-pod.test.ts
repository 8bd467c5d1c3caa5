/**
 * Pods that run already when a policy turns stricter: labels, status, deletion and finalizers are never in the way of
 * anyone; a new image is still judged. Shown with the API server's own filter (matchConditions) and without.
 */
import assert from "node:assert/strict";
import { type Gate, useGate } from "./gate.ts";
import { filteredLabel, namespace, policy } from "../support/testbed/objects.ts";
import { describeOnTestbed } from "./testbed.ts";

const finalizer = "testbed.example/hold";

for (const [title, inNamespace, labels] of [
  ["a running pod", "running", {}],
  ["a running pod, with matchConditions", "running-filtered", { [filteredLabel]: "" }],
] as const) {
  describeOnTestbed(title, (testbed) => {
    let gate: Gate;
    let image: string;
    const patch = (body: object, ...options: readonly string[]): readonly string[] => {
      const own = ["-n", inNamespace, "patch", "pod", "web", "-p", JSON.stringify(body)];
      return [...own, ...options];
    };

    before("start the gate, run a pod, then make the policy", async () => {
      gate = await useGate(testbed());
      const { registries, keys } = testbed();
      const { host, images } = registries.distribution;
      image = images.find(({ name }) => name === "unsigned")?.reference ?? "";
      await gate.apply(namespace(inNamespace, labels));
      const { code, stderr } = await gate.create("web", inNamespace, image);
      assert.equal(code, 0, stderr);
      await gate.must(patch({ metadata: { finalizers: [finalizer] } }));
      await gate.must(patch({ status: { phase: "Running" } }, "--subresource=status"));
      const publicKey = keys.acme.publicPem;
      await gate.apply(
        policy({ namespace: inNamespace, name: "signed", imageReferences: [`${host}/acme/*`], publicKey }),
      );
      await gate.becomes("denied", inNamespace, image);
    });

    it("may be labelled", async () => {
      await gate.must(["-n", inNamespace, "label", "pod", "web", "a=b"]);
    });

    it("may be annotated, and its status be written", async () => {
      await gate.must(["-n", inNamespace, "annotate", "pod", "web", "a=b"]);
      await gate.must(patch({ status: { phase: "Failed" } }, "--subresource=status"));
    });

    it("may not change to an image that the policy denies", async () => {
      const { host } = testbed().registries.distribution;
      const other = `${host}/acme/signed-by-another-key-v2:1.0`;
      const { code, stderr } = await gate.cluster.kubectl(
        patch({ spec: { containers: [{ name: "web", image: other }] } }),
      );
      assert.equal(code, 1);
      assert.match(stderr, / denied the request: /u);
    });

    it("may not be given an ephemeral container that the policy denies", async () => {
      const containers = [{ name: "debugger", image }];
      const args = patch({ spec: { ephemeralContainers: containers } }, "--subresource=ephemeralcontainers");
      const { code, stderr } = await gate.cluster.kubectl(args);
      assert.equal(code, 1);
      assert.match(stderr, / denied the request: /u);
    });

    it("may be deleted, and its finalizer removed", async () => {
      await gate.must(["-n", inNamespace, "delete", "pod", "web", "--wait=false", "--grace-period=0", "--force"]);
      const deleted = await gate.must([
        "-n",
        inNamespace,
        "get",
        "pod",
        "web",
        "-o",
        "jsonpath={.metadata.deletionTimestamp}",
      ]);
      assert.notEqual(deleted, "");
      await gate.must(patch({ metadata: { finalizers: null } }));
      assert.equal(await gate.must(["-n", inNamespace, "get", "pods", "-o", "name"]), "");
    });
  });
}
