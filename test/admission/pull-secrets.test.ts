// Which pull secrets a pod or a template is pulled with, whatever stands there.
import assert from "node:assert/strict";
import { podUnderReview } from "../../src/admission/pod-template.ts";
import { pullSecretNames, type PullSecretNames } from "../../src/admission/pull-secrets.ts";
import { CONTROLLERS, pod, requestOf, workload, workloadRequest, type Members } from "../support/reviews.ts";

function ofPod(spec: Members): PullSecretNames {
  const review = podUnderReview(requestOf(pod({ web: "nginx" }, spec)));
  assert.ok(review);
  return pullSecretNames(review);
}

function ofTemplate(kind: string, spec: Members): PullSecretNames {
  const review = podUnderReview(requestOf(workload(kind, { web: "nginx" }, {}, spec), workloadRequest(kind)));
  assert.ok(review);
  return pullSecretNames(review);
}

describe("credentials: pull secrets of a pod", () => {
  it("are those of its list, in its order", () => {
    assert.deepEqual(ofPod({ imagePullSecrets: [{ name: "b" }, { name: "a" }] }), { names: ["b", "a"] });
  });

  it("are none without a list: the API server has copied the account's into it by then", () => {
    assert.deepEqual(ofPod({ serviceAccountName: "builder" }), { names: [] });
  });

  for (const [what, imagePullSecrets] of Object.entries({
    "no list": "regcred",
    "an empty list": [],
    "items that are no objects": ["regcred", null, 7],
    "items without a name": [{}, { name: "" }, { name: 7 }, { name: null }],
  })) {
    it(`are none where there is ${what}`, () => {
      assert.deepEqual(ofPod({ imagePullSecrets }), { names: [] });
    });
  }

  for (const kind of Object.keys(CONTROLLERS)) {
    it(`of a ${kind}'s template are its account's where its list is empty`, () => {
      assert.deepEqual(ofTemplate(kind, { serviceAccountName: "builder" }), { names: [], serviceAccount: "builder" });
      assert.deepEqual(ofTemplate(kind, { imagePullSecrets: [{ name: "a" }], serviceAccountName: "builder" }), {
        names: ["a"],
      });
    });
  }

  it("of a template without an account are the default one's; the old name of the field counts", () => {
    assert.deepEqual(ofTemplate("Deployment", {}), { names: [], serviceAccount: "default" });
    assert.deepEqual(ofTemplate("Deployment", { serviceAccount: "old" }), { names: [], serviceAccount: "old" });
  });
});
