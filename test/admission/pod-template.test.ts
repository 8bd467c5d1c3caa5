// The pod of a review: pods, the templates of the seven controllers, and nothing else.
import assert from "node:assert/strict";
import { AdmissionError } from "../../src/admission/error.ts";
import { podImages } from "../../src/admission/images.ts";
import { podUnderReview, resourceOfKind } from "../../src/admission/pod-template.ts";
import type { JsonValue } from "../../src/encoding/json.ts";
import { toPlain } from "../../src/encoding/json.ts";
import { CONTROLLERS, pod, requestOf, updateOf, workload, workloadRequest, type Members } from "../support/reviews.ts";

const plain = (value: JsonValue | undefined): unknown => JSON.parse(JSON.stringify(toPlain(value ?? null)));

describe("admission/pod-template", () => {
  it("takes a pod as it is", () => {
    const found = podUnderReview(requestOf(pod({ web: "nginx" })));
    assert.deepEqual([found?.template, found?.path, found?.oldPod], [undefined, "", undefined]);
  });

  for (const [kind, { path }] of Object.entries(CONTROLLERS)) {
    it(`finds the pod that a ${kind} would make`, () => {
      const request = requestOf(workload(kind, { web: "nginx" }), workloadRequest(kind));
      const found = podUnderReview(request);
      assert.equal(found?.template, kind);
      const { metadata, ...rest } = plain(found.pod) as { metadata: Members };
      assert.deepEqual(rest, {
        apiVersion: "v1",
        kind: "Pod",
        spec: { containers: [{ name: "web", image: "nginx" }] },
      });
      assert.deepEqual(metadata, { labels: { app: "web" }, namespace: "prod" });
      assert.deepEqual(
        podImages(request).map(({ field, image }) => [field, image]),
        [[`/${path.join("/")}/spec/containers/0/image`, "nginx"]],
      );
    });

    it(`leaves out what an update of a ${kind} leaves as it was`, () => {
      const [before, after] = [workload(kind, { web: "nginx", a: "b" }), workload(kind, { web: "nginx", a: "c" })];
      const request = updateOf(before, after, workloadRequest(kind));
      assert.deepEqual(
        podImages(request).map(({ image }) => image),
        ["c"],
      );
    });

    for (const subResource of ["scale", "status"]) {
      it(`looks at no ${subResource} of a ${kind}`, () => {
        const scale = { kind: { group: "autoscaling", version: "v1", kind: "Scale" } };
        const request = { ...workloadRequest(kind), ...(subResource === "scale" ? scale : {}), subResource };
        assert.equal(podUnderReview(updateOf({}, { spec: { replicas: 3 } }, request)), undefined);
      });
    }
  }

  const OWNERS: readonly [string, unknown, string | undefined][] = [
    ["a Deployment", [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", controller: true }], "Deployment"],
    ["one that does not control it", [{ apiVersion: "apps/v1", kind: "Deployment", name: "web" }], undefined],
    ["a kind of the same name elsewhere", [{ apiVersion: "x.io/v1", kind: "Deployment", controller: true }], undefined],
    ["a kind that is none of the seven", [{ apiVersion: "x.io/v1", kind: "Rollout", controller: true }], undefined],
    ["what is no list", { kind: "Deployment" }, undefined],
    ["a list of what is no owner", [null, 7, "Deployment"], undefined],
  ];
  for (const [name, ownerReferences, expected] of OWNERS) {
    it(`knows the owner: ${name}`, () => {
      const object = workload("ReplicaSet", { web: "nginx" }, { ownerReferences });
      assert.equal(podUnderReview(requestOf(object, workloadRequest("ReplicaSet")))?.owner, expected);
    });
  }

  const REFUSED: readonly [string, unknown, Members, RegExp][] = [
    ["another version", {}, { kind: { group: "apps", version: "v1beta1", kind: "Deployment" } }, /want v1 Deployment/],
    ["another kind", {}, { kind: { group: "apps", version: "v1", kind: "ReplicaSet" } }, /want v1 Deployment/],
    ["a template that is a text", { spec: { template: "x" } }, {}, /Cannot read the template/],
    ["a spec that is a list", { spec: [] }, {}, /Cannot read the template/],
  ];
  for (const [name, object, more, message] of REFUSED) {
    it(`refuses a Deployment with ${name}`, () => {
      const request = requestOf(object, { ...workloadRequest("Deployment"), ...more });
      assert.throws(
        () => podUnderReview(request),
        (error) => error instanceof AdmissionError && error.status === 400 && message.test(error.message),
      );
    });
  }

  it("looks at no template that is not there", () => {
    const request = requestOf({ spec: { template: null } }, workloadRequest("ReplicationController"));
    assert.equal(podUnderReview(request), undefined);
  });

  it("looks at no other resource", () => {
    const kind = { group: "x.io", version: "v1", kind: "Deployment" };
    const resource = { group: "x.io", version: "v1", resource: "deployments" };
    assert.equal(podUnderReview(requestOf(workload("Deployment", { web: "nginx" }), { kind, resource })), undefined);
  });
});

describe("resourceOfKind()", () => {
  it("names the resource of what brings pods in, of its own version alone", () => {
    assert.deepEqual(resourceOfKind("Pod", "v1"), { group: "", resource: "pods" });
    for (const [kind, { group, resource }] of Object.entries(CONTROLLERS)) {
      assert.deepEqual(resourceOfKind(kind, group === "" ? "v1" : `${group}/v1`), { group, resource });
      assert.equal(resourceOfKind(kind, "acme.example/v1"), undefined);
    }
    for (const kind of ["Namespace", "pod", "deployments", ""]) assert.equal(resourceOfKind(kind, "v1"), undefined);
  });
});
